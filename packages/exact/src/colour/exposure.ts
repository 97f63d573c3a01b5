import type { Operation } from '../operation.js';
import { paintThroughCurve } from './curve.js';
import { decode, encode } from './srgb.js';
import { shoulder, stopsToFactor } from './tone.js';

/** Light above this is eased towards white when exposure rises, as film does, so that bright shades stay apart. */
const KNEE = 0.5;

/** As if the shutter had been open 2^stops times as long: a factor on linear light. */
export const exposure: Operation<'exposure'> = {
  name: 'exposure',
  apply: (picture, { stops }) => {
    if (stops === 0) return picture;
    const factor = stopsToFactor(stops);
    return paintThroughCurve(picture, (value) => {
      const light = decode(value) * factor;
      return encode(factor > 1 ? shoulder(light, KNEE, factor) : light);
    });
  },
};
