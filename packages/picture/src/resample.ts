import { extendEdges, extend, type Fill } from './canvas.js';
import { fillAround } from './coverage.js';
import { extract } from './extract.js';
import type { Picture } from './picture.js';
import { fromPicture, toSamples } from './sharp.js';

/** Scales to exactly that size by Lanczos3, on premultiplied alpha so that hidden colours do not bleed. Downwards it averages, so nothing aliases. */
export const resize = async (picture: Picture, width: number, height: number): Promise<Picture> => {
  if (width === picture.width && height === picture.height) return picture;
  const scaled = await toSamples(fromPicture(picture).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }), picture.depth);
  return { ...picture, width, height, data: scaled.data };
};

/** Pixels beyond the edge that the interpolation looks at, and some that rounding needs. */
const margin = 4;

/**
 * Turns clockwise about the centre by any angle, by bicubic interpolation, and keeps the centred `width` x `height`.
 * What lies outside the picture is `beyond`: a fill, or `edges` where the caller knows that only rounding can reach there.
 */
export const rotateBy = async (picture: Picture, degrees: number, size: Size, beyond: Fill | 'edges'): Promise<Picture> => {
  const wide = { width: picture.width + 2 * margin, height: picture.height + 2 * margin };
  const [cos, sin] = direction(degrees, wide);
  if (beyond === 'edges') return affine(extendEdges(picture, margin), [cos, sin], size);
  if (picture.channels === 3) return fillAround(await affine(extendEdges(picture, margin), [cos, sin], size), { width: picture.width, height: picture.height, cos, sin }, beyond);
  return affine(extend(picture, wide, { left: margin, top: margin }, beyond), [cos, sin], size, beyond);
};

const affine = async (source: Picture, [cos, sin]: Row, size: Size, [r, g, b, alpha]: Fill = [0, 0, 0]): Promise<Picture> => {
  const x = placement([cos, -sin], source, size.width);
  const y = placement([sin, cos], source, size.height);
  const background = { r, g, b, alpha: (alpha ?? 255) / 255 };
  const pipeline = fromPicture(source).affine([cos, -sin, sin, cos], { interpolator: 'bicubic', odx: x.shift, ody: y.shift, background });
  const turned = await toSamples(pipeline, source.depth);
  return extract({ ...source, width: turned.width, height: turned.height, data: turned.data }, { left: x.start, top: y.start, ...size });
};

interface Size {
  readonly width: number;
  readonly height: number;
}

type Row = readonly [number, number];

/** Where the turned source begins along an axis, its corner being the origin; never positive. */
const edgeOf = ([a, b]: Row, source: Size): number => Math.min(0, a * source.width) + Math.min(0, b * source.height);

/** Cosine and sine of the turn, moved aside by less than can be seen where libvips would have to round a tie. */
const direction = (degrees: number, source: Size): Row => {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin]: Row = [Math.cos(radians), Math.sin(radians)];
  const isTie = (edge: number): boolean => Math.abs(edge - Math.floor(edge) - 0.5) < 1e-9;
  const tie = isTie(edgeOf([cos, -sin], source)) || isTie(edgeOf([sin, cos], source));
  return tie ? [Math.cos(radians + 1e-6), Math.sin(radians + 1e-6)] : [cos, sin];
};

/**
 * Along one axis: the shift below a pixel that libvips is to apply, and the sample of its output at which the result starts,
 * such that the source's centre falls on the result's. Its output begins at the rounded edge of the turned source, whatever the shift.
 */
const placement = (row: Row, source: Size, length: number): { shift: number; start: number } => {
  const exact = (length - 1) / 2 - (row[0] * (source.width - 1) + row[1] * (source.height - 1)) / 2;
  const whole = Math.round(exact);
  return { shift: exact - whole, start: -Math.round(edgeOf(row, source)) - whole };
};
