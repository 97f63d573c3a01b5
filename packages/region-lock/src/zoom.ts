import { extract, paste, type Geometry, type Mask, type Picture, type PixelBox } from '@flux-context/picture';
import { boundingBox } from './composite.js';
import { lockRegion, type Change, type Edit, type Locked } from './lock-region.js';
import { boxInSource } from './placement.js';

/** What is added to each side of the changed box, as a share of its longer side: the model needs the surroundings. */
const padding = 0.25;
/** No shorter than this, in pixels of the source, and no narrower than 1 : 2. */
const sideMin = 256;
const aspectMax = 2;
/** A second look must show the source at least this much finer than the first. */
const gainMin = 1.25;

/**
 * The part of the source that is worth a second edit by itself, closer up: the box around the change and its surroundings. `areaMax` is
 * the model's, in pixels. Undefined where nothing changed, where the scene was framed anew, or where a second look would not be finer.
 */
export const changedBox = ({ layer, reframed }: Change, areaMax: number): PixelBox | undefined => {
  const marked = boundingBox(layer.mask);
  if (!marked || reframed) return undefined;
  const { source, resized } = layer.geometry;
  const tight = boxInSource(marked, layer.geometry);
  const pad = 2 * padding * Math.max(tight.width, tight.height);
  const longer = Math.max(tight.width, tight.height) + pad;
  const shorterMin = Math.max(sideMin, longer / aspectMax);
  const [left, width] = grown(tight.left, tight.width, Math.max(tight.width + pad, shorterMin), source.width);
  const [top, height] = grown(tight.top, tight.height, Math.max(tight.height + pad, shorterMin), source.height);
  const finer = Math.min(1, Math.sqrt(areaMax / (width * height))) / Math.max(resized.width / source.width, resized.height / source.height);
  return finer >= gainMin ? { left, top, width, height } : undefined;
};

/** A span made longer to both sides, and moved inwards where it would leave the picture. */
const grown = (start: number, length: number, to: number, whole: number): readonly [number, number] => {
  const longer = Math.min(whole, Math.ceil(to));
  const from = Math.round(start - (longer - length) / 2);
  return [Math.min(Math.max(0, from), whole - longer), longer];
};

/** The second edit: `reference`, `edited` and `geometry` are of the box alone, the brush is of the whole source as ever. */
export interface ZoomedEdit extends Edit {
  readonly source: Picture;
  readonly box: PixelBox;
}

/** Lays the second edit over the untouched source, in place. At the box's sides it fades out, unless they are the picture's own. The drift is the box's, its shares the whole picture's. */
export const lockZoom = ({ source, box, brush, ...edit }: ZoomedEdit): Locked => {
  const part = extract(source, box);
  const { picture, drift } = lockRegion({ ...edit, source: part, brush: within(box, source, edit.geometry, brush) });
  paste(source, picture, box.left, box.top);
  picture.data.fill(0);
  return { picture: source, drift: { ...drift, changedShare: (drift.changedShare * box.width * box.height) / (source.width * source.height) } };
};

/** The brush's part in the box, and nothing along sides that are not the picture's, as wide as the model sees it. */
const within = ({ left, top, width, height }: PixelBox, source: Picture, { source: size, resized }: Geometry, brush: Mask | undefined): Mask => {
  const data = new Uint8Array(width * height);
  const margin = Math.ceil(Math.max(size.width / resized.width, size.height / resized.height)) + 1;
  const [fromX, toX] = [left === 0 ? 0 : margin, left + width === source.width ? width : width - margin];
  const [fromY, toY] = [top === 0 ? 0 : margin, top + height === source.height ? height : height - margin];
  for (let y = fromY; y < toY; y += 1) {
    const row = data.subarray(y * width + fromX, y * width + toX);
    if (brush) row.set(brush.data.subarray((top + y) * brush.width + left + fromX, (top + y) * brush.width + left + toX));
    else row.fill(255);
  }
  return { width, height, data };
};
