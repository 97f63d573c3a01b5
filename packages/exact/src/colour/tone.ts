import { power } from './arithmetic.js';

/** Tone curves on 0 to 1. All are monotone for every strength that a plan allows. */

/**
 * Lifts (`slope` > 1) or lowers the middle and leaves 0 and 1 where they are; `slope` is the slope at 0, and 1 / slope undoes
 * it. Schlick's bias (Graphics Gems IV, 1994): unlike a power curve it does not tear at black.
 */
export const bias = (value: number, slope: number): number => (slope * value) / (1 + (slope - 1) * value);

/** An S around the middle, made of two biases (Schlick's gain, same source); `slope` is the slope in the middle. */
export const gain = (value: number, slope: number): number =>
  value < 0.5 ? bias(2 * value, 1 / slope) / 2 : 1 - bias(2 - 2 * value, 1 / slope) / 2;

/** Leaves values up to `knee` alone and eases `knee` to `top` into `knee` to 1, smoothly and without clipping; `top` is at least 1. */
export const shoulder = (value: number, knee: number, top: number): number => {
  if (value <= knee) return value;
  const slope = (top - knee) / (1 - knee);
  return knee + (1 - knee) * bias(Math.min(1, (value - knee) / (top - knee)), slope);
};

/** 0 below `from`, 1 above `to`, smooth between. */
export const smoothstep = (value: number, from: number, to: number): number => {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
};

/** 2 to the power of a number of stops. */
export const stopsToFactor = (stops: number): number => power(2, stops);
