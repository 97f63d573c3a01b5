import { boxPixels, type Region } from '@flux-context/instructions';
import { extract, paste, type Mask, type Picture, type PixelBox } from '@flux-context/picture';
import { ExactError } from './exact-error.js';

/** Changes the part it is given, keeping its size. `weights` is the part's share of the mask. */
export type Change = (part: Picture, weights?: Mask) => Picture | Promise<Picture>;

/**
 * Applies a change to a region only. The change sees the smallest rectangle that holds the region; what lies outside is
 * never written, so it stays byte-identical. A box has hard edges; a mask's grey is the weight of the change.
 */
export const withinRegion = async (picture: Picture, region: Region | undefined, mask: Mask | undefined, change: Change): Promise<Picture> => {
  if (!region) return change(picture);
  if (region.kind === 'box') {
    const box = boxPixels(region.box, picture);
    if (!box) throw new ExactError('plan.not_applicable');
    const part = await change(extract(picture, box));
    paste(picture, part, box.left, box.top);
    return picture;
  }
  if (!mask || mask.width !== picture.width || mask.height !== picture.height) throw new ExactError('mask.mismatch');
  const box = marked(mask);
  if (!box) return picture;
  const weights = cut(mask, box);
  blend(picture, await change(extract(picture, box), weights), weights, box);
  return picture;
};

/** The smallest rectangle that holds everything that is not black. */
const marked = (mask: Mask): PixelBox | undefined => {
  let [left, right, top, bottom] = [mask.width, -1, -1, -1];
  for (let y = 0; y < mask.height; y += 1) {
    const start = y * mask.width;
    let first = 0;
    while (first < mask.width && mask.data[start + first] === 0) first += 1;
    if (first === mask.width) continue;
    let last = mask.width - 1;
    while (mask.data[start + last] === 0) last -= 1;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  return top < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
};

const cut = (mask: Mask, box: PixelBox): Mask => {
  const data = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y += 1) {
    const from = (box.top + y) * mask.width + box.left;
    data.set(mask.data.subarray(from, from + box.width), y * box.width);
  }
  return { width: box.width, height: box.height, data };
};

/** Mixes the changed part into the picture by weight; at weight 0 nothing is written. */
const blend = (picture: Picture, part: Picture, weights: Mask, box: PixelBox): void => {
  const { channels, data } = picture;
  for (let y = 0; y < box.height; y += 1) {
    for (let x = 0; x < box.width; x += 1) {
      const weight = weights.data[y * box.width + x]!;
      if (weight === 0) continue;
      const to = ((box.top + y) * picture.width + box.left + x) * channels;
      const from = (y * box.width + x) * channels;
      for (let c = 0; c < channels; c += 1) {
        const before = data[to + c]!;
        data[to + c] = Math.round(before + ((part.data[from + c]! - before) * weight) / 255);
      }
    }
  }
};
