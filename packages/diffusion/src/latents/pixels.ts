import type { RgbImage } from '@flux-context/picture';
import { DiffusionError } from '../diffusion-error.js';

const { fround } = Math;

/** Pixels as the VAE takes them: [3, height, width], -1 to 1. */
export const toSample = ({ width, height, data }: RgbImage): Float32Array => {
  const area = width * height;
  const sample = new Float32Array(3 * area);
  for (let at = 0, from = 0; at < area; at += 1, from += 3) {
    sample[at] = fround(2 * fround(data[from]! / 255)) - 1;
    sample[area + at] = fround(2 * fround(data[from + 1]! / 255)) - 1;
    sample[2 * area + at] = fround(2 * fround(data[from + 2]! / 255)) - 1;
  }
  return sample;
};

/** Pixels of what the VAE decoded, halves rounded to even. Throws `model.diverged` where a number is none or infinite. */
export const toImage = (sample: Float32Array, width: number, height: number): RgbImage => {
  const area = width * height;
  const data = new Uint8ClampedArray(3 * area);
  for (let channel = 0, at = 0; channel < 3; channel += 1) {
    for (let to = channel; to < data.length; to += 3, at += 1) {
      const value = sample[at]!;
      if (!Number.isFinite(value)) throw new DiffusionError('model.diverged');
      data[to] = fround(Math.min(1, Math.max(0, fround(fround(value * 0.5) + 0.5))) * 255);
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
};
