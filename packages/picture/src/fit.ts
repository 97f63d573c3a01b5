import { resizeLanczos } from './lanczos.js';
import { PictureError } from './picture-error.js';
import type { PixelBox } from './picture.js';
import type { RgbImage } from './rgb-image.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How a model family wants its pictures. `area-cap-centre-crop` (FLUX.2) makes them smaller only where they have more than
 * `maxArea` pixels and cuts the sides to multiples; `nearest-of-list` (FLUX.1 Kontext) stretches them to the listed size of the
 * nearest aspect. Sides are in pixels, `maxAspect` is the longer side over the shorter.
 */
export type Fit =
  | { readonly kind: 'area-cap-centre-crop'; readonly multiple: number; readonly maxArea: number; readonly minSide: number; readonly maxAspect: number }
  | { readonly kind: 'nearest-of-list'; readonly multiple: number; readonly sizes: readonly (readonly [width: number, height: number])[] };

/** The way from the picture to what the model sees: scaled to `resized`, then cut to `crop`. Kept, because the result goes back the same way. */
export interface Geometry {
  readonly source: Size;
  readonly resized: Size;
  readonly crop: PixelBox;
}

/** Decides the way by the rules of the reference implementation. Throws `picture.too_small` and `picture.too_elongated`. */
export const fit = (source: Size, rules: Fit): Geometry => {
  if (source.width < rules.multiple || source.height < rules.multiple) throw new PictureError('picture.too_small');
  return rules.kind === 'nearest-of-list' ? stretched(source, rules) : capped(source, rules);
};

const capped = ({ width, height }: Size, rules: Extract<Fit, { kind: 'area-cap-centre-crop' }>): Geometry => {
  if (Math.min(width, height) < rules.minSide) throw new PictureError('picture.too_small');
  if (Math.max(width / height, height / width) > rules.maxAspect) throw new PictureError('picture.too_elongated');
  const scale = width * height > rules.maxArea ? Math.sqrt(rules.maxArea / (width * height)) : 1;
  const resized = { width: Math.trunc(width * scale), height: Math.trunc(height * scale) };
  const crop = { width: floorTo(resized.width, rules.multiple), height: floorTo(resized.height, rules.multiple) };
  if (crop.width === 0 || crop.height === 0) throw new PictureError('picture.too_small');
  const [left, top] = [Math.floor((resized.width - crop.width) / 2), Math.floor((resized.height - crop.height) / 2)];
  return { source: { width, height }, resized, crop: { left, top, ...crop } };
};

const stretched = ({ width, height }: Size, rules: Extract<Fit, { kind: 'nearest-of-list' }>): Geometry => {
  const aspect = floorTo(width, rules.multiple) / floorTo(height, rules.multiple);
  const [nearest] = rules.sizes
    .map((size) => ({ size, distance: Math.abs(aspect - size[0] / size[1]) }))
    .toSorted((a, b) => a.distance - b.distance || a.size[0] - b.size[0] || a.size[1] - b.size[1]);
  const resized = { width: nearest!.size[0], height: nearest!.size[1] };
  return { source: { width, height }, resized, crop: { left: 0, top: 0, ...resized } };
};

const floorTo = (length: number, multiple: number): number => Math.floor(length / multiple) * multiple;

/** The pixels that the model is to see. The source stays as it is; the result is the caller's. */
export const prepare = (image: RgbImage, { source, resized, crop }: Geometry): RgbImage => {
  if (image.width !== source.width || image.height !== source.height) throw new RangeError('The geometry is of another picture.');
  const scaled = resizeLanczos(image, resized.width, resized.height);
  if (crop.width === resized.width && crop.height === resized.height) return scaled;
  const data = new Uint8Array(crop.width * crop.height * 3);
  for (let y = 0; y < crop.height; y += 1) {
    const from = ((crop.top + y) * resized.width + crop.left) * 3;
    data.set(scaled.data.subarray(from, from + crop.width * 3), y * crop.width * 3);
  }
  scaled.data.fill(0);
  return { width: crop.width, height: crop.height, data };
};
