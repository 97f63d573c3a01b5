import { power } from './arithmetic.js';
import type { Rgb } from './srgb.js';

/** A colour in OKLab: lightness 0 to 1, `a` towards red, `b` towards yellow. Chroma is the distance from the grey axis. */
export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

/** From linear sRGB (Ottosson, "A perceptual color space for image processing", 2020, matrices of 2021-01-25). Negative light counts as 0. */
export const toLab = ({ r, g, b }: Rgb): Lab => {
  const l = power(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b, 1 / 3);
  const m = power(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b, 1 / 3);
  const s = power(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b, 1 / 3);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
};

/** To linear sRGB; colours outside the gamut come out below 0 or above 1. */
export const toRgb = ({ l: lightness, a, b }: Lab): Rgb => {
  const l = lightness + 0.3963377774 * a + 0.2158037573 * b;
  const m = lightness - 0.1055613458 * a - 0.0638541728 * b;
  const s = lightness - 0.0894841775 * a - 1.291485548 * b;
  const l3 = l * l * l;
  const m3 = m * m * m;
  const s3 = s * s * s;
  return {
    r: 4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    g: -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    b: -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  };
};

export const chromaOf = ({ a, b }: Lab): number => Math.sqrt(a * a + b * b);

/** The same lightness and hue with another chroma; a grey stays grey. */
export const withChroma = (lab: Lab, chroma: number): Lab => {
  const before = chromaOf(lab);
  const scale = before > 0 ? chroma / before : 0;
  return { l: lab.l, a: lab.a * scale, b: lab.b * scale };
};
