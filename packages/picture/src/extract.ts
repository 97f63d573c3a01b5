import { emptyLike, type Picture, type PixelBox } from './picture.js';

/** The pixels inside the box, copied. */
export const extract = (picture: Picture, box: PixelBox): Picture => {
  const part = emptyLike(picture, box.width, box.height);
  const row = box.width * picture.channels;
  for (let y = 0; y < box.height; y += 1) {
    const from = ((box.top + y) * picture.width + box.left) * picture.channels;
    part.data.set(picture.data.subarray(from, from + row), y * row);
  }
  return part;
};

/** Writes the part over the picture, its corner at `left`, `top`; it must fit. Changes the picture. */
export const paste = (picture: Picture, part: Picture, left: number, top: number): void => {
  const row = part.width * picture.channels;
  for (let y = 0; y < part.height; y += 1) {
    picture.data.set(part.data.subarray(y * row, (y + 1) * row), ((top + y) * picture.width + left) * picture.channels);
  }
};
