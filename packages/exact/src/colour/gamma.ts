import type { Operation } from '../operation.js';
import { power } from './arithmetic.js';
import { paintThroughCurve } from './curve.js';

/** value^(1 / gamma) on encoded values: above 1 is brighter, as in the level dialogues that people know. */
export const gamma: Operation<'gamma'> = {
  name: 'gamma',
  apply: (picture, params) => (params.gamma === 1 ? picture : paintThroughCurve(picture, (value) => power(value, 1 / params.gamma))),
};
