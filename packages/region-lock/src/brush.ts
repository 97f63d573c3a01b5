import type { Geometry, Mask } from '@flux-context/picture';
import { sourceToModel, type AxisMap } from './placement.js';

const { max, min, round } = Math;

/** A mask of the source's size as the model's pixels see it: the mean over each one's cell, or the pixel beneath where the model's are finer. */
export const maskAtModel = (mask: Mask, geometry: Geometry): Mask => {
  const { width, height } = geometry.crop;
  const { x, y } = sourceToModel(geometry);
  const columns = cells(x, width, mask.width);
  const rows = cells(y, height, mask.height);
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [left, right] = [columns[column]!, columns[column + 1]!];
      const [top, bottom] = [rows[row]!, rows[row + 1]!];
      let sum = 0;
      for (let inner = top; inner < max(bottom, top + 1); inner += 1) {
        for (let at = inner * mask.width + left, end = at + max(right - left, 1); at < end; at += 1) sum += mask.data[at]!;
      }
      data[row * width + column] = round(sum / (max(right - left, 1) * max(bottom - top, 1)));
    }
  }
  return { width, height, data };
};

/** Where each pixel's cell begins, and where the last one ends. */
const cells = (map: AxisMap, count: number, length: number): Int32Array =>
  Int32Array.from({ length: count + 1 }, (_, i) => max(0, min(i === count ? length : length - 1, round((i - 0.5 - map.offset) / map.scale + 0.5))));
