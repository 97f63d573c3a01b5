import type { Operation } from '../operation.js';
import { paintThroughLab } from './cube.js';
import { relight } from './gamut.js';
import { stopsToFactor } from './tone.js';

/** Doublings of OKLab lightness near black at amount 1. Above 3.2 the curve would turn back on itself (l (1 - l)^2 peaks at 4/27). */
const REACH = 2.2;

/** Opens (positive) or closes dark tones, fading out with (1 - lightness)^3; black, white and hue stay. */
export const shadows: Operation<'shadows'> = {
  name: 'shadows',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    return paintThroughLab(picture, (lab) => {
      const dark = 1 - Math.min(1, lab.l);
      return relight(lab, lab.l * stopsToFactor(amount * REACH * dark * dark * dark));
    });
  },
};
