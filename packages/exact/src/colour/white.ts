import { inverse, diagonal, multiply, transform, type Matrix } from './matrix.js';
import type { Rgb } from './srgb.js';

/** Linear sRGB to CIE XYZ (IEC 61966-2-1, white D65). */
const TO_XYZ: Matrix = [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041];
/** CIE XYZ to the sharpened cone responses of the linear Bradford adaptation (CIE 159:2004). */
const TO_CONES: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

const RGB_TO_CONES = multiply(TO_CONES, TO_XYZ);
const CONES_TO_RGB = inverse(RGB_TO_CONES);

/** Makes what was the one white, in linear sRGB, look like the other: Bradford's von Kries adaptation, as a matrix on linear light. */
export const adaptation = (from: Rgb, to: Rgb): Matrix => {
  const [before, after] = [transform(RGB_TO_CONES, from), transform(RGB_TO_CONES, to)];
  const ratio = { r: after.r / before.r, g: after.g / before.g, b: after.b / before.b };
  return multiply(CONES_TO_RGB, multiply(diagonal(ratio), RGB_TO_CONES));
};

/** The white of daylight in mired (a million by kelvin). */
const DAYLIGHT = 1e6 / 6504;

/**
 * The white of a lamp that is `mired` warmer than daylight and lies `duv` above the black-body locus (towards green), in
 * linear sRGB with luminance 1. Krystek, "An algorithm to calculate correlated colour temperature" (Color Research and
 * Application 10, 1985) gives the locus in CIE 1960 u, v.
 */
export const lamp = (mired: number, duv: number): Rgb => {
  const [u, v] = locus(DAYLIGHT + mired);
  const [uNear, vNear] = locus(DAYLIGHT + mired + 1);
  const [du, dv] = [uNear - u, vNear - v];
  const length = Math.sqrt(du * du + dv * dv);
  return fromUv(u - (dv / length) * duv, v + (du / length) * duv);
};

const locus = (mired: number): readonly [number, number] => {
  const t = 1e6 / mired;
  const u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t);
  const v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t);
  return [u, v];
};

const XYZ_TO_RGB = inverse(TO_XYZ);

/** CIE 1960 u, v at luminance 1: x = 3u / (2u - 8v + 4), y = 2v / (2u - 8v + 4). */
const fromUv = (u: number, v: number): Rgb => transform(XYZ_TO_RGB, { r: (1.5 * u) / v, g: 1, b: (2 - 0.5 * u - 5 * v) / v });

/** An adaptation dimmed so far that no channel of white rises above 1. */
export const tinting = (from: Rgb, to: Rgb): Matrix => {
  const matrix = adaptation(from, to);
  const white = transform(matrix, { r: 1, g: 1, b: 1 });
  const dim = 1 / Math.max(white.r, white.g, white.b);
  return multiply(diagonal({ r: dim, g: dim, b: dim }), matrix);
};
