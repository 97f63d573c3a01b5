import type { RgbImage } from './rgb-image.js';

/** Fractional bits of a weight, such that 255 times the sum of a pixel's weights fits in 32 bits. */
const weightBits = 22;
const half = 1 << (weightBits - 1);

/**
 * Scales to exactly that size, byte for byte as Pillow's `Image.resize(size, LANCZOS)`: one axis after the other, with 8 bits in
 * between and weights rounded to 22 fractional bits. Pillow up to 12 takes the horizontal one first; since 13 it is the vertical one
 * where the height shrinks by more than twice as many pixels as the width, which moves some bytes by one. Models were trained on pictures that this filter made smaller;
 * `resize` of libvips differs from it in most bytes. Returns a new picture, also where nothing changes.
 */
export const resizeLanczos = (image: RgbImage, width: number, height: number): RgbImage => {
  const across = (from: RgbImage): RgbImage => (width === from.width ? from : scaleRows(from, width));
  const down = (from: RgbImage): RgbImage => (height === from.height ? from : scaleColumns(from, height));
  const shrink = image.height - height;
  const [first, second] = shrink > 0 && shrink > 2 * (image.width - width) ? [down, across] : [across, down];
  const between = first(image);
  const scaled = second(between);
  if (between !== image && between !== scaled) between.data.fill(0);
  return scaled === image ? { ...image, data: Uint8Array.from(image.data) } : scaled;
};

/** For every sample along one axis of the result: the first sample it is made of, how many there are, and their weights, `taps` apart. */
interface Kernel {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

const { imul } = Math;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));
const lanczos3 = (x: number): number => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0);

const kernelOf = (from: number, to: number): Kernel => {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = 3 * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const kernel: Kernel = { taps, first: new Int32Array(to), count: new Int32Array(to), weights: new Int32Array(to * taps) };
  const window = new Float64Array(taps);
  for (let i = 0; i < to; i += 1) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < count; k += 1) {
      window[k] = lanczos3((k + first - centre + 0.5) * (1 / stretch));
      sum += window[k]!;
    }
    kernel.first[i] = first;
    kernel.count[i] = count;
    for (let k = 0; k < count; k += 1) {
      const weight = window[k]! / sum;
      kernel.weights[i * taps + k] = Math.trunc(weight * (1 << weightBits) + (weight < 0 ? -0.5 : 0.5));
    }
  }
  return kernel;
};

const scaleRows = (image: RgbImage, width: number): RgbImage => {
  const { taps, first, count, weights } = kernelOf(image.width, width);
  const source = image.data;
  const data = new Uint8ClampedArray(width * image.height * 3);
  for (let y = 0, to = 0; y < image.height; y += 1) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x += 1, to += 3) {
      let red = half;
      let green = half;
      let blue = half;
      let from = row + first[x]! * 3;
      const end = x * taps + count[x]!;
      for (let k = x * taps; k < end; k += 1, from += 3) {
        const weight = weights[k]!;
        red = (red + imul(source[from]!, weight)) | 0;
        green = (green + imul(source[from + 1]!, weight)) | 0;
        blue = (blue + imul(source[from + 2]!, weight)) | 0;
      }
      data[to] = red >> weightBits;
      data[to + 1] = green >> weightBits;
      data[to + 2] = blue >> weightBits;
    }
  }
  return { width, height: image.height, data: new Uint8Array(data.buffer) };
};

/** Row by row, so that memory is read in order however high the picture is. */
const scaleColumns = (image: RgbImage, height: number): RgbImage => {
  const { taps, first, count, weights } = kernelOf(image.height, height);
  const samples = image.width * 3;
  const source = image.data;
  const data = new Uint8ClampedArray(samples * height);
  const sums = new Int32Array(samples);
  for (let y = 0; y < height; y += 1) {
    sums.fill(half);
    for (let k = 0; k < count[y]!; k += 1) {
      const weight = weights[y * taps + k]!;
      const row = (first[y]! + k) * samples;
      for (let i = 0; i < samples; i += 1) sums[i] = sums[i]! + imul(source[row + i]!, weight);
    }
    const to = y * samples;
    for (let i = 0; i < samples; i += 1) data[to + i] = sums[i]! >> weightBits;
  }
  sums.fill(0);
  return { width: image.width, height, data: new Uint8Array(data.buffer) };
};
