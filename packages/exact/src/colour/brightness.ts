import type { Operation } from '../operation.js';
import { paintThroughCurve } from './curve.js';
import { bias, stopsToFactor } from './tone.js';

/** Stops by which the darkest tones move at amount 1; the middle grey goes from 0.5 to 0.81. */
const STOPS = 2.1;

/** Lifts or lowers the middle tones; black stays black and white white. */
export const brightness: Operation<'brightness'> = {
  name: 'brightness',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    const slope = stopsToFactor(amount * STOPS);
    return paintThroughCurve(picture, (value) => bias(value, slope));
  },
};
