import type { Operation } from '../operation.js';
import { paintThroughCube } from './cube.js';
import { fitLight } from './gamut.js';
import { transform } from './matrix.js';
import { lamp, tinting } from './white.js';

/** Distance from the black-body locus at amount 1, in CIE 1960 u, v. */
const REACH = 0.035;

/** Light towards magenta (positive) or green, across the axis that temperature moves along; as in temperature.ts nothing clips. */
export const tint: Operation<'tint'> = {
  name: 'tint',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    const matrix = tinting(lamp(0, 0), lamp(0, -amount * REACH));
    return paintThroughCube(picture, (light) => fitLight(transform(matrix, light)));
  },
};
