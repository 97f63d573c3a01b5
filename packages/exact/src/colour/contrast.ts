import type { Operation } from '../operation.js';
import { paintThroughCurve } from './curve.js';
import { gain, stopsToFactor } from './tone.js';

const STOPS = 2;
const FLATTEST = 0.3;

/** More: an S-curve around the middle grey that clips nothing. Less: all tones move straight towards the middle grey, at -1 to three tenths of their distance. */
export const contrast: Operation<'contrast'> = {
  name: 'contrast',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    const slope = amount > 0 ? stopsToFactor(amount * STOPS) : 1 + amount * (1 - FLATTEST);
    return paintThroughCurve(picture, (value) => (amount > 0 ? gain(value, slope) : 0.5 + (value - 0.5) * slope));
  },
};
