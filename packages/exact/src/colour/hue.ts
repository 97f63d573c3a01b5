import type { Operation } from '../operation.js';
import { cosine, sine } from './arithmetic.js';
import { paintThroughLab } from './cube.js';
import { chromaRoom, fitChroma } from './gamut.js';

/** Turns all hues around the OKLab circle, red towards yellow for positive degrees; lightness stays, and chroma as far as sRGB has room. */
export const hue: Operation<'hue'> = {
  name: 'hue',
  apply: (picture, { degrees }) => {
    if (degrees % 360 === 0) return picture;
    const radians = (degrees / 180) * Math.PI;
    const [cos, sin] = [cosine(radians), sine(radians)];
    return paintThroughLab(picture, (lab) => {
      const room = chromaRoom(lab);
      return room === 0 ? lab : fitChroma({ l: lab.l, a: lab.a * cos - lab.b * sin, b: lab.a * sin + lab.b * cos }, room);
    });
  },
};
