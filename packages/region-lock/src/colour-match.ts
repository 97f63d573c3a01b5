import type { Raster } from './raster.js';

const { abs, floor, max } = Math;

/** A colour map as three rows of four: what red, green and blue are multiplied by, and what is added. Of encoded values from 0 to 255. */
export type ColourMap = Float64Array;

export const sameColours = (): ColourMap => Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);

const rounds = 12;
/** A map that changes middle grey by more than this, or any gain by more than this, is no drift. */
const greyShiftMax = 64;
const gainShiftMax = 0.5;

/**
 * The map that brings the edited colours to the reference's where nothing was edited: affine, by iteratively reweighted least squares
 * with Geman and McClure's weights, whose scale follows the median residual, so that up to about half of the picture may be edited.
 * `isFree` tells pixels that must not count. Both rasters have three channels and should be made small, so that grain and fine
 * misplacement are averaged out.
 */
export const matchColours = (reference: Raster, edited: Raster, isFree: (pixel: number) => boolean): ColourMap => {
  const pairs = pick(reference, edited, isFree);
  if (pairs.length < 64 * pairSize) return sameColours();
  let map = startFrom(pairs);
  for (let round = 0; round < rounds; round += 1) {
    const residuals = residualsOf(pairs, map);
    const scale = max(1.5, (round < 4 ? 3 : 1.5) * median(residuals));
    const solved = solve(pairs, residuals.map((residual) => 1 / (1 + (residual / scale) ** 2) ** 2));
    if (!solved) return sameColours();
    map = solved;
  }
  const isBetter = median(residualsOf(pairs, map)) < median(residualsOf(pairs, sameColours()));
  pairs.fill(0);
  return isBetter && isDrift(map) ? map : sameColours();
};

/** Red, green and blue of an edited colour after the map, into `out`. */
export const applyColours = (map: ColourMap, colour: Float32Array | Float64Array, at: number, out: Float32Array | Float64Array, to: number): void => {
  const r = colour[at]!;
  const g = colour[at + 1]!;
  const b = colour[at + 2]!;
  out[to] = map[0]! * r + map[1]! * g + map[2]! * b + map[3]!;
  out[to + 1] = map[4]! * r + map[5]! * g + map[6]! * b + map[7]!;
  out[to + 2] = map[8]! * r + map[9]! * g + map[10]! * b + map[11]!;
};

/** What the map makes of middle grey. */
export const greyAfter = (map: ColourMap): Float64Array => {
  const grey = Float64Array.of(128, 128, 128);
  applyColours(map, grey, 0, grey, 0);
  return grey;
};

const channels = [0, 1, 2] as const;

/** Edited red, green, blue, then the reference's: the numbers of one pair, all pairs one after the other. */
const pairSize = 6;

const pick = (reference: Raster, edited: Raster, isFree: (pixel: number) => boolean): Float64Array => {
  const pairs = new Float64Array(reference.data.length * 2);
  let end = 0;
  for (let at = 0; at < reference.data.length; at += 3) {
    if (isFree(at / 3)) continue;
    pairs.set(edited.data.subarray(at, at + 3), end);
    pairs.set(reference.data.subarray(at, at + 3), end + 3);
    // Clipped samples do not follow the map.
    if (pairs.subarray(end, end + pairSize).every((value) => value >= 2 && value <= 253)) end += pairSize;
  }
  return pairs.subarray(0, end);
};

const median = (numbers: Float64Array): number => numbers.toSorted()[floor(numbers.length / 2)]!;

const startFrom = (pairs: Float64Array): ColourMap => {
  const map = sameColours();
  for (const row of channels) map[row * 4 + 3] = median(Float64Array.from({ length: pairs.length / pairSize }, (_, pair) => pairs[pair * pairSize + row + 3]! - pairs[pair * pairSize + row]!));
  return map;
};

/** Per pair, by how much the channel that is furthest off is off. */
const residualsOf = (pairs: Float64Array, map: ColourMap): Float64Array => {
  const residuals = new Float64Array(pairs.length / pairSize);
  const after = new Float64Array(3);
  for (let pair = 0, at = 0; pair < residuals.length; pair += 1, at += pairSize) {
    applyColours(map, pairs, at, after, 0);
    residuals[pair] = max(abs(after[0]! - pairs[at + 3]!), abs(after[1]! - pairs[at + 4]!), abs(after[2]! - pairs[at + 5]!));
  }
  return residuals;
};

/** Weighted least squares, drawn a little to the identity, so that a picture with few colours says nothing about those it lacks. */
const solve = (pairs: Float64Array, weights: Float64Array): ColourMap | undefined => {
  const normal = new Float64Array(16);
  const right = new Float64Array(12);
  const x = Float64Array.of(0, 0, 0, 128);
  let total = 0;
  for (let pair = 0, at = 0; pair < weights.length; pair += 1, at += pairSize) {
    const weight = weights[pair]!;
    total += weight;
    for (let i = 0; i < 3; i += 1) x[i] = pairs[at + i]!;
    for (let i = 0; i < 4; i += 1) {
      const weighted = weight * x[i]!;
      for (let j = 0; j < 4; j += 1) normal[i * 4 + j] = normal[i * 4 + j]! + weighted * x[j]!;
      for (let row = 0; row < 3; row += 1) right[row * 4 + i] = right[row * 4 + i]! + weighted * (pairs[at + row + 3]! - x[row]!);
    }
  }
  // As much as pixels that are 3 levels apart in each direction would say, were they a hundredth of the picture.
  for (let i = 0; i < 4; i += 1) normal[i * 5] = normal[i * 5]! + total * 0.09;
  const map = sameColours();
  for (let row = 0; row < 3; row += 1) {
    const solved = eliminate(normal.slice(), right.slice(row * 4, row * 4 + 4));
    if (!solved) return undefined;
    for (let i = 0; i < 4; i += 1) map[row * 4 + i] = map[row * 4 + i]! + solved[i]! * (i === 3 ? 128 : 1);
  }
  return map;
};

/** Gauss and Jordan on four unknowns; the matrix is symmetric and positive, so the diagonal serves as pivot. */
const eliminate = (matrix: Float64Array, right: Float64Array): Float64Array | undefined => {
  for (let pivot = 0; pivot < 4; pivot += 1) {
    const by = matrix[pivot * 5]!;
    if (!(abs(by) > 1e-9)) return undefined;
    for (let row = 0; row < 4; row += 1) {
      if (row === pivot) continue;
      const factor = matrix[row * 4 + pivot]! / by;
      for (let column = pivot; column < 4; column += 1) matrix[row * 4 + column] = matrix[row * 4 + column]! - factor * matrix[pivot * 4 + column]!;
      right[row] = right[row]! - factor * right[pivot]!;
    }
  }
  return right.map((value, row) => value / matrix[row * 5]!);
};

const isDrift = (map: ColourMap): boolean => {
  const identity = sameColours();
  return greyAfter(map).every((value) => abs(value - 128) <= greyShiftMax) && map.every((value, at) => at % 4 === 3 || abs(value - identity[at]!) <= gainShiftMax);
};
