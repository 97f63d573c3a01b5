import type { RgbImage } from '@flux-context/picture';

const { max, min } = Math;

/** Numbers per pixel, `channels` of them interleaved, row by row from the top left; colours from 0 to 255 as sRGB encodes them. Only ever of the model's size. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** Luma by BT.601, of the encoded values. */
export const lumaOf = ({ width, height, data }: RgbImage): Raster => {
  const luma = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel += 1, at += 3) luma[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  return { width, height, channels: 1, data: luma };
};

export const rasterOf = ({ width, height, data }: RgbImage): Raster => ({ width, height, channels: 3, data: Float32Array.from(data) });

export const wipe = (...rasters: readonly (Raster | undefined)[]): void => {
  for (const raster of rasters) raster?.data.fill(0);
};

/** Averages over squares of `2 radius + 1` pixels, `passes` times, in place; three passes come near a Gaussian. Beyond the edge the edge goes on. */
export const blur = (raster: Raster, radius: number, passes: number): Raster => {
  const { width, height, channels, data } = raster;
  const line = new Float64Array(max(width, height) + 2 * radius + 1);
  for (let pass = 0; pass < passes; pass += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      for (let y = 0; y < height; y += 1) blurLine(data, line, { start: y * width * channels + channel, step: channels, count: width, radius });
      for (let x = 0; x < width; x += 1) blurLine(data, line, { start: x * channels + channel, step: width * channels, count: height, radius });
    }
  }
  line.fill(0);
  return raster;
};

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly radius: number;
}

/** By running sums: `sums[i]` is the sum of what comes before sample `i - radius`. */
const blurLine = (data: Float32Array, sums: Float64Array, { start, step, count, radius }: Line): void => {
  let sum = 0;
  for (let i = 0; i < count + 2 * radius; i += 1) {
    sums[i] = sum;
    sum += data[start + min(max(i - radius, 0), count - 1) * step]!;
  }
  sums[count + 2 * radius] = sum;
  const span = 2 * radius + 1;
  for (let i = 0, at = start; i < count; i += 1, at += step) data[at] = (sums[i + span]! - sums[i]!) / span;
};
