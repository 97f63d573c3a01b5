import { paste } from './extract.js';
import { emptyLike, type Picture, type PixelBox } from './picture.js';

/** A colour of 8 bits per channel; the fourth, alpha, is opaque when left out. */
export type Fill = readonly [red: number, green: number, blue: number, alpha?: number];

export const transparent: Fill = [0, 0, 0, 0];

/** Lays the picture on a larger canvas of one colour. A fill that is not opaque gives the result an alpha channel. */
export const extend = (picture: Picture, canvas: { readonly width: number; readonly height: number }, at: Pick<PixelBox, 'left' | 'top'>, fill: Fill): Picture => {
  const gainsAlpha = picture.channels === 3 && (fill[3] ?? 255) < 255;
  const extended = emptyLike(gainsAlpha ? { ...picture, channels: 4 } : picture, canvas.width, canvas.height);
  paint(extended, fill);
  if (gainsAlpha) pasteOpaque(extended, picture, at);
  else paste(extended, picture, at.left, at.top);
  return extended;
};

/** Continues the picture beyond its edges by repeating them. */
export const extendEdges = (picture: Picture, by: number): Picture => {
  const extended = emptyLike(picture, picture.width + 2 * by, picture.height + 2 * by);
  const { channels } = picture;
  const row = extended.width * channels;
  paste(extended, picture, by, by);
  for (let y = by; y < by + picture.height; y += 1) {
    const line = extended.data.subarray(y * row, (y + 1) * row);
    for (let x = 0; x < by; x += 1) {
      line.copyWithin(x * channels, by * channels, (by + 1) * channels);
      line.copyWithin(row - (x + 1) * channels, row - (by + 1) * channels, row - by * channels);
    }
  }
  for (let y = 0; y < by; y += 1) {
    extended.data.copyWithin(y * row, by * row, (by + 1) * row);
    extended.data.copyWithin((by + picture.height + y) * row, (by + picture.height - 1) * row, (by + picture.height) * row);
  }
  return extended;
};

const pasteOpaque = (canvas: Picture, picture: Picture, at: Pick<PixelBox, 'left' | 'top'>): void => {
  const full = picture.depth === 16 ? 65_535 : 255;
  for (let y = 0, from = 0; y < picture.height; y += 1) {
    let to = ((at.top + y) * canvas.width + at.left) * 4;
    for (let x = 0; x < picture.width; x += 1, from += 3, to += 4) {
      canvas.data[to] = picture.data[from]!;
      canvas.data[to + 1] = picture.data[from + 1]!;
      canvas.data[to + 2] = picture.data[from + 2]!;
      canvas.data[to + 3] = full;
    }
  }
};

/** Paints one pixel, then doubles what is painted until all is. */
const paint = ({ data, channels, depth }: Picture, fill: Fill): void => {
  const scale = depth === 16 ? 257 : 1;
  for (let c = 0; c < channels; c += 1) data[c] = (fill[c] ?? 255) * scale;
  for (let painted = channels; painted < data.length; painted *= 2) data.copyWithin(painted, 0, painted);
};
