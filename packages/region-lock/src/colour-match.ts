import type { Raster } from './raster.js';

const { abs, floor, max, min } = Math;

/** A colour map as three rows of four: what red, green and blue are multiplied by, and what is added. Of encoded values from 0 to 255. */
export type ColourMap = Float64Array;

export const sameColours = (): ColourMap => Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);

/** About this many pixels are looked at. */
const samplesMax = 60_000;
const rounds = 12;
/** A map that changes middle grey by more than this, or any gain by more than this, is no drift. */
const greyShiftMax = 64;
const gainShiftMax = 0.5;

/**
 * The map that brings the edited colours to the reference's where nothing was edited: affine, by iteratively reweighted least squares
 * with Geman and McClure's weights, whose scale follows the median residual, so that up to about half of the picture may be edited.
 * `isFree` tells pixels that must not count. Both rasters have three channels and should be blurred.
 */
export const matchColours = (reference: Raster, edited: Raster, isFree: (pixel: number) => boolean): ColourMap => {
  const picked = pick(reference, edited, isFree);
  if (picked.length < 64) return sameColours();
  let map = startFrom(picked);
  for (let round = 0; round < rounds; round += 1) {
    const residuals = picked.map((pair) => distance(map, pair));
    const scale = max(1.5, (round < 4 ? 3 : 1.5) * median(residuals));
    const solved = solve(picked, residuals.map((residual) => 1 / (1 + (residual / scale) ** 2) ** 2));
    if (!solved) return sameColours();
    map = solved;
  }
  const isBetter = median(picked.map((pair) => distance(map, pair))) < median(picked.map((pair) => distance(sameColours(), pair)));
  return isBetter && isDrift(map) ? map : sameColours();
};

/** Red, green and blue of an edited colour after the map, into `out`. */
export const applyColours = (map: ColourMap, colour: ArrayLike<number>, at: number, out: Float32Array | Float64Array, to: number): void => {
  const [r, g, b] = [colour[at]!, colour[at + 1]!, colour[at + 2]!];
  for (let row = 0; row < 3; row += 1) out[to + row] = map[row * 4]! * r + map[row * 4 + 1]! * g + map[row * 4 + 2]! * b + map[row * 4 + 3]!;
};

const channels = [0, 1, 2] as const;

/** Edited red, green, blue, then the reference's. */
type Pair = readonly [number, number, number, number, number, number];

const pick = (reference: Raster, edited: Raster, isFree: (pixel: number) => boolean): Pair[] => {
  const pixels = reference.width * reference.height;
  // A step that shares no factor with the width visits all columns.
  const step = max(1, floor(pixels / samplesMax)) | 1;
  const pairs: Pair[] = [];
  const [e, r] = [edited.data, reference.data];
  for (let pixel = 0; pixel < pixels; pixel += step) {
    if (isFree(pixel)) continue;
    const at = pixel * 3;
    // Clipped samples do not follow the map.
    const pair: Pair = [e[at]!, e[at + 1]!, e[at + 2]!, r[at]!, r[at + 1]!, r[at + 2]!];
    if (min(...pair) >= 2 && max(...pair) <= 253) pairs.push(pair);
  }
  return pairs;
};

const median = (numbers: readonly number[]): number => Float64Array.from(numbers).toSorted()[floor(numbers.length / 2)]!;

const startFrom = (pairs: readonly Pair[]): ColourMap => {
  const map = sameColours();
  for (const row of channels) map[row * 4 + 3] = median(pairs.map((pair) => pair[row + 3]! - pair[row]));
  return map;
};

const distance = (map: ColourMap, [r, g, b, toR, toG, toB]: Pair): number => {
  const across = (row: number, to: number): number => abs(map[row]! * r + map[row + 1]! * g + map[row + 2]! * b + map[row + 3]! - to);
  return max(across(0, toR), across(4, toG), across(8, toB));
};

/** Weighted least squares, drawn a little to the identity, so that a picture with few colours says nothing about those it lacks. */
const solve = (pairs: readonly Pair[], weights: readonly number[]): ColourMap | undefined => {
  const normal = new Float64Array(16);
  const right = new Float64Array(12);
  let total = 0;
  for (const [index, pair] of pairs.entries()) {
    const weight = weights[index]!;
    const x = [pair[0], pair[1], pair[2], 128];
    total += weight;
    for (let i = 0; i < 4; i += 1) {
      for (let j = 0; j < 4; j += 1) normal[i * 4 + j] = normal[i * 4 + j]! + weight * x[i]! * x[j]!;
      for (let row = 0; row < 3; row += 1) right[row * 4 + i] = right[row * 4 + i]! + weight * x[i]! * (pair[row + 3]! - pair[row]!);
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
  const grey = new Float64Array(3);
  applyColours(map, [128, 128, 128], 0, grey, 0);
  const identity = sameColours();
  return grey.every((value) => abs(value - 128) <= greyShiftMax) && map.every((value, at) => at % 4 === 3 || abs(value - identity[at]!) <= gainShiftMax);
};
