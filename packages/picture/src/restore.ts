import type { Geometry } from './fit.js';
import { resizeLanczos } from './lanczos.js';
import type { RgbImage } from './rgb-image.js';

/**
 * The way back of `prepare`: what a model made of the prepared pixels, as large as the source. The border that the crop took away is
 * filled by repeating the edge. The image stays as it is; the result is the caller's.
 */
export const restore = (image: RgbImage, { source, resized, crop }: Geometry): RgbImage => {
  if (image.width !== crop.width || image.height !== crop.height) throw new RangeError('The geometry is of another picture.');
  if (crop.width === resized.width && crop.height === resized.height) return resizeLanczos(image, source.width, source.height);
  const whole = { ...resized, data: new Uint8Array(resized.width * resized.height * 3) };
  for (let y = 0; y < resized.height; y += 1) {
    const row = clamp(y - crop.top, crop.height) * crop.width;
    for (let x = 0; x < resized.width; x += 1) {
      const from = (row + clamp(x - crop.left, crop.width)) * 3;
      whole.data.set(image.data.subarray(from, from + 3), (y * resized.width + x) * 3);
    }
  }
  const restored = resizeLanczos(whole, source.width, source.height);
  whole.data.fill(0);
  return restored;
};

const clamp = (at: number, length: number): number => Math.min(Math.max(at, 0), length - 1);
