import type { Operation } from '../operation.js';
import { paintThroughLab } from './cube.js';
import { relight } from './gamut.js';
import { stopsToFactor } from './tone.js';

/** Doublings of the distance to white near white at amount -1; bounded as in shadows.ts. */
const REACH = 2;

/** Brightens (positive) or recovers bright tones, fading out with lightness^3: the mirror of shadows. Black, white and hue stay. */
export const highlights: Operation<'highlights'> = {
  name: 'highlights',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    return paintThroughLab(picture, (lab) => {
      const light = Math.min(1, lab.l);
      return relight(lab, 1 - (1 - light) * stopsToFactor(-amount * REACH * light * light * light));
    });
  },
};
