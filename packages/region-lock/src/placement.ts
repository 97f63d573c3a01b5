import type { Geometry, PixelBox } from '@flux-context/picture';

/** A straight map along one axis, between centres of pixels: sample `i` lies at `scale * i + offset` of the other picture. */
export interface AxisMap {
  readonly scale: number;
  readonly offset: number;
}

/** Where the pixels of one picture lie in another that is neither turned nor sheared against it. */
export interface Placement {
  readonly x: AxisMap;
  readonly y: AxisMap;
}

export const inPlace: Placement = { x: { scale: 1, offset: 0 }, y: { scale: 1, offset: 0 } };

const after = (then: AxisMap, first: AxisMap): AxisMap => ({ scale: then.scale * first.scale, offset: then.scale * first.offset + then.offset });

/** `first`, and `then` from there. */
export const compose = (then: Placement, first: Placement): Placement => ({ x: after(then.x, first.x), y: after(then.y, first.y) });

/** From the source's pixels to the model's: `x_model = (x_source + 1/2) * resized / source - 1/2 - crop`. */
export const sourceToModel = ({ source, resized, crop }: Geometry): Placement => {
  const axis = (from: number, to: number, start: number): AxisMap => ({ scale: to / from, offset: to / from / 2 - 0.5 - start });
  return { x: axis(source.width, resized.width, crop.left), y: axis(source.height, resized.height, crop.top) };
};

/**
 * The smallest box of the source outside of which no pixel is touched by the model's pixels within `box`, if those reach one pixel
 * further as they do in bilinear interpolation. A box at the edge of the crop reaches to the edge of the source.
 */
export const boxInSource = (box: PixelBox, geometry: Geometry): PixelBox => {
  const { source, crop } = geometry;
  const { x, y } = sourceToModel(geometry);
  const span = (map: AxisMap, start: number, length: number, model: number, whole: number): readonly [number, number] => {
    const from = start === 0 ? 0 : Math.max(0, Math.floor((start - 1 - map.offset) / map.scale));
    const to = start + length === model ? whole : Math.min(whole, Math.ceil((start + length - map.offset) / map.scale) + 1);
    return [from, to - from];
  };
  const [left, width] = span(x, box.left, box.width, crop.width, source.width);
  const [top, height] = span(y, box.top, box.height, crop.height, source.height);
  return { left, top, width, height };
};
