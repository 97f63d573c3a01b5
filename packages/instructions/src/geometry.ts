import type { Anchor, Box, Length, OperationOf, Side } from './plan.js';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in whole pixels, origin top left. */
export interface PixelBox extends Size {
  readonly left: number;
  readonly top: number;
}

/** Rounding noise of sines and products, far below a pixel. */
const epsilon = 1e-6;

const along = (length: Length, side: number): number => (length.unit === 'px' ? length.value : Math.round(length.value * side));

/** Where something of size `inner` sits in `outer`, by the anchor; the odd pixel goes right and below. */
const place = (anchor: Anchor, inner: Size, outer: Size): PixelBox => {
  const offset = (start: boolean, end: boolean, free: number): number => (start ? 0 : end ? free : Math.floor(free / 2));
  return {
    ...inner,
    left: offset(anchor.endsWith('left'), anchor.endsWith('right'), outer.width - inner.width),
    top: offset(anchor.startsWith('top'), anchor.startsWith('bottom'), outer.height - inner.height),
  };
};

const fits = (inner: Size, outer: Size): boolean =>
  inner.width >= 1 && inner.height >= 1 && inner.width <= outer.width && inner.height <= outer.height;

/** A box of fractions in whole pixels: each edge goes to the nearest pixel border, so boxes that touch neither overlap nor leave a gap. Undefined when nothing is left. */
export const boxPixels = (box: Box, size: Size): PixelBox | undefined => {
  const left = Math.round(box.x * size.width);
  const top = Math.round(box.y * size.height);
  const width = Math.min(Math.round((box.x + box.width) * size.width), size.width) - left;
  const height = Math.min(Math.round((box.y + box.height) * size.height), size.height) - top;
  return width >= 1 && height >= 1 ? { left, top, width, height } : undefined;
};

/** The part that a crop keeps; undefined when it does not fit into the picture or nothing would be left. */
export const cropBox = (to: OperationOf<'crop'>['to'], size: Size): PixelBox | undefined => {
  if (to.kind === 'box') return boxPixels(to.box, size);
  if (to.kind === 'trim') return trimmed(to.side, to.by, size);
  const inner = to.kind === 'size' ? { width: along(to.width, size.width), height: along(to.height, size.height) } : largestInside(to.aspect, size);
  return fits(inner, size) ? place(to.anchor, inner, size) : undefined;
};

const trimmed = (side: Side, length: Length, size: Size): PixelBox | undefined => {
  const wide = side === 'left' || side === 'right';
  const by = along(length, wide ? size.width : size.height);
  const inner = wide ? { width: size.width - by, height: size.height } : { width: size.width, height: size.height - by };
  return fits(inner, size) ? { ...inner, left: side === 'left' ? by : 0, top: side === 'top' ? by : 0 } : undefined;
};

const largestInside = (aspect: Size, size: Size): Size => {
  const ratio = aspect.width / aspect.height;
  return size.width / size.height > ratio
    ? { width: Math.round(size.height * ratio), height: size.height }
    : { width: size.width, height: Math.round(size.width / ratio) };
};

/** A turn reduced to [0, 360) degrees, clockwise. */
export const reducedTurn = (degrees: number): number => ((degrees % 360) + 360) % 360;

const turned = (degrees: number): { cos: number; sin: number } => {
  const radians = (degrees * Math.PI) / 180;
  return { cos: Math.abs(Math.cos(radians)), sin: Math.abs(Math.sin(radians)) };
};

/** The canvas that holds the whole turned picture. */
export const rotatedSize = (degrees: number, size: Size): Size => {
  const turn = reducedTurn(degrees);
  if (turn % 90 === 0) return turn % 180 === 0 ? size : { width: size.height, height: size.width };
  const { cos, sin } = turned(turn);
  return {
    width: Math.ceil(size.width * cos + size.height * sin - epsilon),
    height: Math.ceil(size.width * sin + size.height * cos - epsilon),
  };
};

/** The largest rectangle of the same aspect that lies wholly inside the turned picture; undefined when none is left. */
export const straightenedSize = (degrees: number, size: Size): Size | undefined => {
  const { cos, sin } = turned(degrees);
  const { width, height } = size;
  const scale = Math.min(width / (width * cos + height * sin), height / (width * sin + height * cos));
  const inner = { width: Math.floor(width * scale + epsilon), height: Math.floor(height * scale + epsilon) };
  return fits(inner, size) ? inner : undefined;
};

/** The size after a resize; never less than one pixel. */
export const resizedSize = (to: OperationOf<'resize'>['to'], size: Size): Size => {
  if (to.kind === 'size' && to.fit !== 'inside') return { width: to.width, height: to.height };
  const factor = scaleOf(to, size);
  return { width: Math.max(1, Math.round(size.width * factor)), height: Math.max(1, Math.round(size.height * factor)) };
};

const scaleOf = (to: OperationOf<'resize'>['to'], size: Size): number => {
  if (to.kind === 'scale') return to.factor;
  if (to.kind === 'longEdge') return to.longEdge / Math.max(size.width, size.height);
  if (to.kind === 'shortEdge') return to.shortEdge / Math.min(size.width, size.height);
  const factors = [...('width' in to ? [to.width / size.width] : []), ...('height' in to ? [to.height / size.height] : [])];
  return Math.min(...factors);
};

/** The centred part of the picture that has the aspect of `target`: what `cover` keeps before it scales. */
export const coverBox = (target: Size, size: Size): PixelBox => {
  const scale = Math.max(target.width / size.width, target.height / size.height);
  const inner = {
    width: Math.min(size.width, Math.max(1, Math.round(target.width / scale))),
    height: Math.min(size.height, Math.max(1, Math.round(target.height / scale))),
  };
  return place('centre', inner, size);
};

/** The larger canvas, and where the picture lies on it. */
export interface Canvas extends Size {
  readonly picture: PixelBox;
}

/** The canvas after a pad; undefined when it would have to cut. */
export const paddedCanvas = (to: OperationOf<'pad'>['to'], size: Size): Canvas | undefined => {
  if (to.kind === 'sides') {
    const by = (side: Side, length: number): number => (to.sides.includes(side) ? along(to.by, length) : 0);
    const left = by('left', size.width);
    const top = by('top', size.height);
    return {
      width: left + size.width + by('right', size.width),
      height: top + size.height + by('bottom', size.height),
      picture: { left, top, width: size.width, height: size.height },
    };
  }
  const canvas = to.kind === 'size' ? { width: to.width, height: to.height } : smallestAround(to.aspect, size);
  return fits(size, canvas) ? { ...canvas, picture: place(to.anchor, { width: size.width, height: size.height }, canvas) } : undefined;
};

const smallestAround = (aspect: Size, size: Size): Size => {
  const ratio = aspect.width / aspect.height;
  return size.width / size.height < ratio
    ? { width: Math.max(size.width, Math.round(size.height * ratio)), height: size.height }
    : { width: size.width, height: Math.max(size.height, Math.round(size.width / ratio)) };
};
