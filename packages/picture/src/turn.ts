import { emptyLike, type Picture } from './picture.js';
import { fromPicture, toSamples } from './sharp.js';

/** Turns clockwise by whole quarters. Moves samples only, so nothing is lost. */
export const rotateQuarter = async (picture: Picture, quarters: 0 | 1 | 2 | 3): Promise<Picture> => {
  if (quarters === 0) return picture;
  const { width, height, data } = await toSamples(fromPicture(picture).rotate(quarters * 90), picture.depth);
  return { ...picture, width, height, data };
};

/** Mirrors left and right (`horizontal`) or top and bottom, in place. */
export const flip = (picture: Picture, axis: 'horizontal' | 'vertical'): Picture => {
  const row = picture.width * picture.channels;
  if (axis === 'horizontal') {
    for (let at = 0; at < picture.data.length; at += row) mirror(picture.data.subarray(at, at + row), picture.channels);
    return picture;
  }
  // Not `slice`, which gives a view where the samples are a Buffer.
  const kept = emptyLike(picture, picture.width, 1).data;
  for (let top = 0, bottom = picture.height - 1; top < bottom; top += 1, bottom -= 1) {
    kept.set(picture.data.subarray(top * row, (top + 1) * row));
    picture.data.copyWithin(top * row, bottom * row, (bottom + 1) * row);
    picture.data.set(kept, bottom * row);
  }
  return picture;
};

const mirror = (row: Picture['data'], channels: number): void => {
  for (let left = 0, right = row.length - channels; left < right; left += channels, right -= channels) {
    for (let c = 0; c < channels; c += 1) {
      const kept = row[left + c]!;
      row[left + c] = row[right + c]!;
      row[right + c] = kept;
    }
  }
};
