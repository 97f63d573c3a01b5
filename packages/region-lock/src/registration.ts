import type { PixelBox } from '@flux-context/picture';
import { displacementBetween } from './phase-correlation.js';
import { compose, inPlace, type AxisMap, type Placement } from './placement.js';
import { reduced, wipe, type Raster } from './raster.js';
import { moved } from './resample.js';

const { abs, ceil, floor, log2, max, min, round, sqrt } = Math;

/** How the edited picture lies against the reference. */
export interface Registration {
  /** From the reference's pixels to the edited picture's. */
  readonly placement: Placement;
  /** The model framed the scene anew, beyond what is put right here; `placement` is then the identity. */
  readonly reframed: boolean;
}

/** What is put right: shifts at the centre of up to 2 % of the shorter side (at least 4 px), scales of up to 3 %. */
const shiftShareMax = 0.02;
const shiftMin = 4;
const scaleMax = 0.03;

/** Below this, two windows have nothing in common that could be measured. */
const confidenceMin = 0.12;
const tilesPerSide = 4;
const roundCount = 3;
/** Pixels by which a tile may deviate from the straight line of the others and still count. */
const inlierMax = 0.75;

/** Pixels of the pictures that are looked at: larger ones are made smaller by whole factors, which costs no accuracy that matters to a full pixel. */
const pixelsUsual = 2 ** 18;
/** A round that moves no corner by this many pixels is the last. */
const settled = 0.05;

/**
 * Finds the shift and scale between two lumas of the same size: one phase correlation of the whole for the shift, then up to three rounds
 * of 4 x 4 tiles, whose displacements lie on a straight line along each axis; the line that most tiles agree on wins, so that an edited
 * part has no say. What is found counts only if the gradients then agree better than without.
 */
export const register = (reference: Raster, edited: Raster): Registration => {
  const factor = max(1, round(sqrt((reference.width * reference.height) / pixelsUsual)));
  const [one, other] = [reduced(reference, factor), reduced(edited, factor)];
  const { placement, agreed } = placementOf(one, other);
  const gained = misfit(one, other, inPlace) - misfit(one, other, placement);
  wipe(one, other);
  if (gained <= 0) return { placement: inPlace, reframed: false };
  const whole = enlarged(placement, factor);
  return agreed && isSmall(whole, reference) ? { placement: whole, reframed: false } : { placement: inPlace, reframed: true };
};

const placementOf = (reference: Raster, edited: Raster): Refined => {
  let found: Refined = { placement: wholeShift(reference, edited), agreed: true };
  for (let turn = 0; turn < roundCount; turn += 1) {
    const { placement } = found;
    found = refine(reference, edited, placement);
    if (reach(placement, found.placement, reference) < settled) break;
  }
  return found;
};

/** How far apart two placements put the corner that they differ most about. */
const reach = (one: Placement, other: Placement, { width, height }: Raster): number => {
  const apart = (a: AxisMap, b: AxisMap, length: number): number => max(abs(a.offset - b.offset), abs((a.scale - b.scale) * (length - 1) + a.offset - b.offset));
  return max(apart(one.x, other.x, width), apart(one.y, other.y, height));
};

/** What was found on pictures that were made smaller, for the whole ones. */
const enlarged = ({ x, y }: Placement, factor: number): Placement => {
  const axis = ({ scale, offset }: AxisMap): AxisMap => ({ scale, offset: factor * (offset + (1 - scale) / 2) + (scale - 1) / 2 });
  return { x: axis(x), y: axis(y) };
};

/** The displacement of the picture's centre, in pixels. */
export const shiftAtCentre = ({ x, y }: Placement, { width, height }: Pick<Raster, 'width' | 'height'>): { readonly x: number; readonly y: number } => {
  const shift = (map: AxisMap, length: number): number => (map.scale - 1) * ((length - 1) / 2) + map.offset;
  return { x: shift(x, width), y: shift(y, height) };
};

const isSmall = (placement: Placement, raster: Raster): boolean => {
  const shift = shiftAtCentre(placement, raster);
  const shiftMax = max(shiftMin, shiftShareMax * min(raster.width, raster.height));
  return max(abs(shift.x), abs(shift.y)) <= shiftMax && [placement.x, placement.y].every(({ scale }) => abs(scale - 1) <= scaleMax);
};

/** On pictures made small by whole factors, so that the transform stays small and large shifts are seen. */
const wholeShift = (reference: Raster, edited: Raster): Placement => {
  const factor = max(1, ceil(max(reference.width, reference.height) / 256));
  const [small, smallEdited] = [reduced(reference, factor), reduced(edited, factor)];
  const side = powerOfTwoFrom(max(small.width, small.height));
  const { x, y, confidence } = displacementBetween(small, smallEdited, { left: 0, top: 0, width: small.width, height: small.height }, side);
  wipe(small, smallEdited);
  return confidence < confidenceMin ? inPlace : enlarged({ x: { scale: 1, offset: x }, y: { scale: 1, offset: y } }, factor);
};

const powerOfTwoFrom = (count: number): number => 2 ** ceil(log2(count));

interface Tile {
  readonly x: number;
  readonly y: number;
  readonly moved: { readonly x: number; readonly y: number };
  readonly weight: number;
}

interface Refined {
  readonly placement: Placement;
  /** Most tiles that could be measured lie on the lines. */
  readonly agreed: boolean;
}

const refine = (reference: Raster, edited: Raster, placement: Placement): Refined => {
  const current = moved(edited, 1, placement);
  const tiles = tilesOf(reference).flatMap(({ window, side }): Tile[] => {
    const { x, y, confidence } = displacementBetween(reference, current, window, side);
    const centre = { x: window.left + (side - 1) / 2, y: window.top + (side - 1) / 2 };
    return confidence < confidenceMin ? [] : [{ ...centre, moved: { x, y }, weight: confidence }];
  });
  wipe(current);
  if (tiles.length === 0) return { placement, agreed: true };
  const x = agreedLine(tiles.map((tile) => ({ at: tile.x, moved: tile.moved.x, weight: tile.weight })));
  const y = agreedLine(tiles.map((tile) => ({ at: tile.y, moved: tile.moved.y, weight: tile.weight })));
  return { placement: compose(placement, { x: x.map, y: y.map }), agreed: min(x.share, y.share) >= 0.4 };
};

/** Windows whose side is the largest power of two within half the shorter side, 256 at most, spread evenly. */
const tilesOf = ({ width, height }: Raster): { window: PixelBox; side: number }[] => {
  const side = min(256, 2 ** floor(log2(min(width, height) / 2)));
  if (side < 16) return [];
  const starts = (length: number): number[] => Array.from({ length: tilesPerSide }, (_, i) => round((i * (length - side)) / (tilesPerSide - 1)));
  return starts(height).flatMap((top) => starts(width).map((left) => ({ window: { left, top, width: side, height: side }, side })));
};

interface Sighting {
  readonly at: number;
  readonly moved: number;
  readonly weight: number;
}

/** The line of displacements that the most weight lies near to, of all through two sightings or level through one; then the least squares of those near it. */
const agreedLine = (sightings: readonly Sighting[]): { map: AxisMap; share: number } => {
  const total = sightings.reduce((sum, { weight }) => sum + weight, 0);
  const near = (slope: number, offset: number): readonly Sighting[] => sightings.filter(({ at, moved: by }) => abs(by - slope * at - offset) < inlierMax);
  let best: { support: number; slope: number; offset: number } = { support: -1, slope: 0, offset: 0 };
  const consider = (slope: number, from: Sighting, bonus: number): void => {
    const offset = from.moved - slope * from.at;
    const support = near(slope, offset).reduce((sum, { weight }) => sum + weight, 0) + bonus;
    if (support > best.support) best = { support, slope, offset };
  };
  for (const one of sightings) consider(0, one, total * 0.02);
  for (const one of sightings) {
    for (const other of sightings) {
      const slope = (other.moved - one.moved) / (other.at - one.at);
      if (other.at > one.at && abs(slope) < 2 * scaleMax) consider(slope, one, 0);
    }
  }
  const inliers = near(best.slope, best.offset);
  return { map: leastSquares(inliers), share: inliers.reduce((sum, { weight }) => sum + weight, 0) / total };
};

/** A slope is taken only from four sightings at three places or more; fewer tell a shift. */
const leastSquares = (sightings: readonly Sighting[]): AxisMap => {
  const total = sightings.reduce((sum, { weight }) => sum + weight, 0);
  const at = sightings.reduce((sum, one) => sum + one.weight * one.at, 0) / total;
  const by = sightings.reduce((sum, one) => sum + one.weight * one.moved, 0) / total;
  if (sightings.length < 4 || new Set(sightings.map((one) => one.at)).size < 3) return { scale: 1, offset: by };
  const spread = sightings.reduce((sum, one) => sum + one.weight * (one.at - at) ** 2, 0);
  const slope = sightings.reduce((sum, one) => sum + one.weight * (one.at - at) * (one.moved - by), 0) / spread;
  return { scale: 1 + slope, offset: by - slope * at };
};

/** Difference of gradients, each capped so that an edited part cannot outvote the rest. */
const misfit = (reference: Raster, edited: Raster, placement: Placement): number => {
  const other = moved(edited, 1, placement);
  const { width, height, data } = reference;
  let sum = 0;
  for (let y = 0; y < height - 1; y += 1) {
    for (let x = 0, at = y * width; x < width - 1; x += 1, at += 1) {
      sum += min(20, abs(data[at + 1]! - data[at]! - other.data[at + 1]! + other.data[at]!));
      sum += min(20, abs(data[at + width]! - data[at]! - other.data[at + width]! + other.data[at]!));
    }
  }
  wipe(other);
  return sum;
};
