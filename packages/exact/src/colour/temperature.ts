import type { Operation } from '../operation.js';
import { paintThroughCube } from './cube.js';
import { fitLight } from './gamut.js';
import { transform } from './matrix.js';
import { lamp, tinting } from './white.js';

/** Mired by which amount 1 moves the light: equal steps in mired look equal. 0.3 is 6500 K to about 5100 K. */
const REACH = 130;

/** Warmer or colder light, on linear light; the brightest channel of white stays where it is, so nothing clips. */
export const temperature: Operation<'temperature'> = {
  name: 'temperature',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    const matrix = tinting(lamp(0, 0), lamp(amount * REACH, 0));
    return paintThroughCube(picture, (light) => fitLight(transform(matrix, light)));
  },
};
