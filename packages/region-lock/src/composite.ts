import type { Geometry, Mask, Picture, PixelBox, RgbImage } from '@flux-context/picture';
import { Blend } from './blend.js';
import { applyColours, type ColourMap } from './colour-match.js';
import { boxInSource, compose, sourceToModel, type Placement } from './placement.js';
import { RowResampler } from './resample.js';
import { WeightRows } from './weight-rows.js';

/** An edited picture, and how to lay it over its source. */
export interface Layer {
  readonly edited: RgbImage;
  readonly geometry: Geometry;
  /** From the model's pixels to the edited picture's. */
  readonly placement: Placement;
  readonly colours: ColourMap;
  /** Of the model's size. */
  readonly mask: Mask;
  /** Of the source's size: nothing is written where it is 0. */
  readonly brush?: Mask | undefined;
}

export interface Written {
  /** Pixels of the source with a weight above 0. */
  readonly pixels: number;
  /** Bytes that differ from the source although their weight is 0. Must be 0. */
  readonly differingBytes: number;
}

/**
 * Writes the edit into the source at the source's own resolution, where the mask says so, and compares every row it touched with what
 * was there before. Rows and columns that the mask does not reach are not visited. Beyond the crop, the border of a few pixels that the model
 * never saw, mask and edit go on as in a mirror, so that a change that reaches the edge leaves no frame of the old picture.
 */
export const composite = (source: Picture, { edited, geometry, placement, colours, mask, brush }: Layer): Written => {
  const marked = boundingBox(mask);
  if (!marked) return { pixels: 0, differingBytes: 0 };
  const box = boxInSource(marked, geometry);
  const toModel = sourceToModel(geometry);
  const weights = new WeightRows(mask, toModel, box, brush);
  const rows = new RowResampler(edited, 3, compose(placement, toModel), box);
  const blend = new Blend(source);
  const { channels, data, width } = source;
  // Not `slice`, which gives a view where the samples are a Buffer.
  const before = new (source.depth === 16 ? Uint16Array : Uint8Array)(box.width * channels);
  const written = { pixels: 0, differingBytes: 0 };
  for (let y = box.top; y < box.top + box.height; y += 1) {
    const weight = weights.row(y);
    const pixels = countAbove0(weight);
    if (pixels === 0) continue;
    written.pixels += pixels;
    const start = (y * width + box.left) * channels;
    const row = data.subarray(start, start + box.width * channels);
    before.set(row);
    const colour = rows.row(y);
    for (let at = 0; at < colour.length; at += 3) applyColours(colours, colour, at, colour, at);
    blend.lay(start, colour, weight);
    written.differingBytes += differingBytes(before, row, weight);
  }
  rows.wipe();
  before.fill(0);
  return written;
};

const countAbove0 = (weights: Uint8Array): number => {
  let count = 0;
  for (let at = 0; at < weights.length; at += 1) if (weights[at]! > 0) count += 1;
  return count;
};

/** Counts the bytes of two rows that differ where the weight is 0. */
export const differingBytes = (before: Picture['data'], after: Picture['data'], weights: Uint8Array): number => {
  const bytes = (row: Picture['data']): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  const [one, other] = [bytes(before), bytes(after)];
  const perPixel = one.length / weights.length;
  let count = 0;
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    if (weights[pixel] !== 0) continue;
    for (let at = pixel * perPixel; at < (pixel + 1) * perPixel; at += 1) if (one[at] !== other[at]) count += 1;
  }
  return count;
};

/** The smallest box around everything above 0, if there is any. */
export const boundingBox = ({ width, height, data }: Mask): PixelBox | undefined => {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      if (data[at] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
};
