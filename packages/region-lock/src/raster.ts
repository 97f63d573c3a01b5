import type { RgbImage } from '@flux-context/picture';

const { floor, max, min } = Math;

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

export const rasterOf = ({ width, height, data }: RgbImage): Raster => ({ width, height, channels: 3, data: new Float32Array(data) });

export const wipe = (...rasters: readonly (Raster | undefined)[]): void => {
  for (const raster of rasters) raster?.data.fill(0);
};

/** The means over blocks of `factor` x `factor` pixels. What is left over to the right and below is in none. */
export const reduced = (raster: Raster, factor: number): Raster => {
  const { channels, data } = raster;
  const [width, height] = [max(1, floor(raster.width / factor)), max(1, floor(raster.height / factor))];
  const means = new Float32Array(width * height * channels);
  const share = 1 / factor ** 2;
  for (let y = 0; y < height * factor; y += 1) {
    let from = y * raster.width * channels;
    let to = floor(y / factor) * width * channels;
    for (let x = 0; x < width; x += 1, to += channels) {
      for (let inner = 0; inner < factor; inner += 1, from += channels) {
        for (let channel = 0; channel < channels; channel += 1) means[to + channel] = means[to + channel]! + share * data[from + channel]!;
      }
    }
  }
  return { width, height, channels, data: means };
};

/** Averages over squares of `2 radius + 1` pixels, `passes` times, in place; three passes come near a Gaussian. Beyond the edge the edge goes on. */
export const blur = (raster: Raster, radius: number, passes: number): Raster => {
  const between: Raster = { ...raster, data: new Float32Array(raster.data.length) };
  for (let pass = 0; pass < passes; pass += 1) {
    blurAcross(raster, between, radius);
    blurDown(between, raster, radius);
  }
  wipe(between);
  return raster;
};

/** By running sums, as `blurDown`. */
const blurAcross = ({ width, height, channels, data: from }: Raster, { data: to }: Raster, radius: number): void => {
  const share = 1 / (2 * radius + 1);
  const row = width * channels;
  for (let y = 0; y < height; y += 1) {
    for (let first = y * row; first < y * row + channels; first += 1) {
      const last = first + row - channels;
      let sum = 0;
      for (let x = -radius; x <= radius; x += 1) sum += from[min(max(first, first + x * channels), last)]!;
      for (let at = first; at <= last; at += channels) {
        to[at] = sum * share;
        sum += from[min(at + (radius + 1) * channels, last)]! - from[max(at - radius * channels, first)]!;
      }
    }
  }
};

/** All columns side by side, so that memory is read in order. */
const blurDown = ({ width, height, channels, data: from }: Raster, { data: to }: Raster, radius: number): void => {
  const share = 1 / (2 * radius + 1);
  const row = width * channels;
  const sums = new Float64Array(row);
  for (let y = -radius; y <= radius; y += 1) {
    const start = min(max(0, y), height - 1) * row;
    for (let i = 0; i < row; i += 1) sums[i] = sums[i]! + from[start + i]!;
  }
  for (let y = 0, at = 0; y < height; y += 1) {
    const next = min(y + radius + 1, height - 1) * row;
    const gone = max(y - radius, 0) * row;
    for (let i = 0; i < row; i += 1, at += 1) {
      const sum = sums[i]!;
      to[at] = sum * share;
      sums[i] = sum + from[next + i]! - from[gone + i]!;
    }
  }
  sums.fill(0);
};
