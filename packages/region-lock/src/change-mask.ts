import type { Mask } from '@flux-context/picture';
import { eachArea } from './areas.js';
import { dilate, erode, inverted, squaredDistances } from './distance.js';

const { max, min, round, sqrt } = Math;

/** Lengths in pixels of a picture of 1 MP; smaller and larger ones have them in proportion, but never less than a pixel or two. */
const closing = 4;
const opening = 1;
const growth = 12;
const feather = 8;
const brushFeather = 4;
/** An area begins where the difference is this many times the noise floor, and goes on down to the floor itself. */
const seed = 2;
/** Areas of less than this share of the picture are dropped, unless their differences are as much stronger than needed. */
const areaShareMin = 0.0005;
const strengthMax = 8;
/** Unchanged islands up to this share of the picture are taken along. */
const holeShareMax = 0.005;

/**
 * Where the edit changed the picture, with soft edges: 255 inside and within the growth around, falling to 0 over the feather.
 * Hysteresis on `difference / noise`, closing, opening, small areas dropped, holes filled, grown, feathered.
 */
export const changeMask = (difference: Float32Array, noise: Float32Array, width: number, height: number): Mask => {
  const unit = unitOf(width, height);
  const strength = new Float32Array(difference.length);
  for (let pixel = 0; pixel < strength.length; pixel += 1) strength[pixel] = difference[pixel]! / noise[pixel]!;
  let changed = withSeeds(strength, width);
  changed = erode(dilate(changed, width, closing * unit), width, closing * unit);
  const reach = max(1, opening * unit);
  changed = dilate(erode(changed, width, reach), width, reach);
  dropSmall(changed, strength, width);
  fillHoles(changed, width, height);
  return { width, height, data: softened(changed, width, max(2, growth * unit), max(2, feather * unit)) };
};

/** The caller's brush, as a weight that is 0 outside and comes in gently, so that an edit which goes on beyond is not cut off by a knife. */
export const brushWeights = (brush: Mask): Uint8Array => {
  const { width, height, data } = brush;
  const distances = squaredDistances(data.map((value) => (value < 128 ? 1 : 0)), width);
  const reach = max(1, brushFeather * unitOf(width, height));
  const weights = new Uint8Array(data.length);
  for (let pixel = 0; pixel < weights.length; pixel += 1) weights[pixel] = min(data[pixel]!, round(255 * smoothstep(sqrt(distances[pixel]!) / reach)));
  return weights;
};

const unitOf = (width: number, height: number): number => sqrt((width * height) / 2 ** 20);

const smoothstep = (x: number): number => {
  const t = min(1, max(0, x));
  return t * t * (3 - 2 * t);
};

const withSeeds = (strength: Float32Array, width: number): Uint8Array => {
  const changed = new Uint8Array(strength.length);
  for (let pixel = 0; pixel < changed.length; pixel += 1) if (strength[pixel]! >= 1) changed[pixel] = 1;
  eachArea(changed, width, (pixels) => {
    if (!pixels.some((pixel) => strength[pixel]! >= seed)) for (const pixel of pixels) changed[pixel] = 0;
  });
  return changed;
};

const dropSmall = (changed: Uint8Array, strength: Float32Array, width: number): void => {
  eachArea(changed, width, (pixels) => {
    const weight = pixels.reduce((sum, pixel) => sum + min(strengthMax, max(1, strength[pixel]! / seed)), 0);
    if (weight < areaShareMin * changed.length) for (const pixel of pixels) changed[pixel] = 0;
  });
};

const fillHoles = (changed: Uint8Array, width: number, height: number): void => {
  eachArea(inverted(changed), width, (pixels) => {
    const isEdge = (pixel: number): boolean => pixel % width === 0 || pixel % width === width - 1 || pixel < width || pixel >= width * (height - 1);
    if (pixels.length <= holeShareMax * changed.length && !pixels.some(isEdge)) for (const pixel of pixels) changed[pixel] = 1;
  });
};

const softened = (changed: Uint8Array, width: number, grown: number, soft: number): Uint8Array => {
  const distances = squaredDistances(changed, width);
  const weights = new Uint8Array(changed.length);
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    const squared = distances[pixel]!;
    if (squared < (grown + soft) ** 2) weights[pixel] = round(255 * smoothstep(1 - (sqrt(squared) - grown) / soft));
  }
  return weights;
};
