import type { Operation } from '../operation.js';
import { paintByGrey, palette } from './grey.js';

/** Each colour to the grey of the same luminance. */
export const blackAndWhite: Operation<'blackAndWhite'> = {
  name: 'blackAndWhite',
  apply: (picture, { strength }) => {
    if (strength === 0) return picture;
    return paintByGrey(picture, palette(picture.depth, (grey) => [grey, grey, grey]), strength);
  },
};
