import type { Operation } from '../operation.js';
import { paintThroughLab } from './cube.js';
import { chromaRoom } from './gamut.js';
import { chromaOf, withChroma } from './oklab.js';
import { bias, stopsToFactor } from './tone.js';

const STOPS = 2;

/**
 * More: chroma rises within the room that sRGB has at that lightness and hue, pale colours by up to 2^2 and full ones not at
 * all, so nothing clips and no hue turns. Less: chroma falls evenly, at -1 to grey. In OKLab: lightness stays.
 */
export const saturation: Operation<'saturation'> = {
  name: 'saturation',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    const slope = stopsToFactor(amount * STOPS);
    return paintThroughLab(picture, (lab) => {
      const chroma = chromaOf(lab);
      if (amount < 0) return withChroma(lab, chroma * (1 + amount));
      const room = chromaRoom(lab);
      return room === 0 ? lab : withChroma(lab, room * bias(Math.min(1, chroma / room), slope));
    });
  },
};
