import type { Operation } from '../operation.js';
import { degreesOf } from './arithmetic.js';
import { paintThroughLab } from './cube.js';
import { chromaRoom } from './gamut.js';
import { chromaOf, withChroma, type Lab } from './oklab.js';
import { smoothstep } from './tone.js';

/** Above 3 the rise would turn back on itself: 1 + k (1 - f)(1 - 3 f) has its lowest point at f = 2/3. */
const REACH = 2.8;

/** Saturation for the colours that lack it: full colours move least, and skin (orange hues) half as far. In OKLab. */
export const vibrance: Operation<'vibrance'> = {
  name: 'vibrance',
  apply: (picture, { amount }) => {
    if (amount === 0) return picture;
    return paintThroughLab(picture, (lab) => {
      const room = chromaRoom(lab);
      if (room === 0) return lab;
      const fullness = Math.min(1, chromaOf(lab) / room);
      const lack = amount > 0 ? REACH * (1 - fullness) * (1 - fullness) * (1 - skin(lab) / 2) : 1 - fullness;
      return withChroma(lab, room * fullness * (1 + amount * lack));
    });
  },
};

/** 1 in the middle of the hues that human skin of all shades has (about 35 to 80 degrees), 0 outside. */
const skin = ({ a, b }: Lab): number => 1 - smoothstep(Math.abs(degreesOf(a, b) - 57), 12, 32);
