import type { Operation } from '../operation.js';
import { fitChroma } from './gamut.js';
import { paintByGrey, palette } from './grey.js';
import { chromaOf, toLab, toRgb } from './oklab.js';
import { encode, lightOf } from './srgb.js';

/** Black becomes the one colour and white the other; the greys between are mixed evenly in OKLab. */
export const duotone: Operation<'duotone'> = {
  name: 'duotone',
  apply: (picture, params) => {
    const [dark, bright] = [toLab(lightOf(params.shadows)), toLab(lightOf(params.highlights))];
    const mix = (from: number, to: number, share: number) => from + (to - from) * share;
    const drawn = palette(picture.depth, (grey) => {
      const lab = { l: mix(dark.l, bright.l, grey), a: mix(dark.a, bright.a, grey), b: mix(dark.b, bright.b, grey) };
      const rgb = toRgb(fitChroma(lab, chromaOf(lab)));
      return [encode(rgb.r), encode(rgb.g), encode(rgb.b)];
    });
    return paintByGrey(picture, drawn);
  },
};
