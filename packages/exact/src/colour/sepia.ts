import type { Operation } from '../operation.js';
import { cosine, sine } from './arithmetic.js';
import { fitChroma } from './gamut.js';
import { paintByGrey, palette } from './grey.js';
import { toLab, toRgb } from './oklab.js';
import { decode, encode } from './srgb.js';

/** The brown of a sulphide-toned print in OKLab: hue in degrees, and the chroma of its middle tones. */
const HUE = (65 / 180) * Math.PI;
const CHROMA = 0.075;

/** Each colour to a brown of the same lightness; the tone is fullest in the middle and leaves black and white neutral. */
export const sepia: Operation<'sepia'> = {
  name: 'sepia',
  apply: (picture, { strength }) => {
    if (strength === 0) return picture;
    const [a, b] = [cosine(HUE), sine(HUE)];
    const drawn = palette(picture.depth, (grey) => {
      const light = decode(grey);
      const { l } = toLab({ r: light, g: light, b: light });
      const chroma = CHROMA * 4 * l * (1 - l);
      const rgb = toRgb(fitChroma({ l, a: a * chroma, b: b * chroma }, chroma));
      return [encode(rgb.r), encode(rgb.g), encode(rgb.b)];
    });
    return paintByGrey(picture, drawn, strength);
  },
};
