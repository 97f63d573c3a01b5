import type { Operation } from '../operation.js';
import { paintThroughCurve } from './curve.js';

/** The negative: each encoded value to its opposite. Twice gives the picture back. */
export const invert: Operation<'invert'> = {
  name: 'invert',
  apply: (picture) => paintThroughCurve(picture, (value) => 1 - value),
};
