import type { Mask, Picture } from '@flux-context/picture';
import type { Operation } from '../operation.js';
import { power } from './arithmetic.js';
import { paintThroughCube } from './cube.js';
import { fitLight } from './gamut.js';
import { transform } from './matrix.js';
import { chromaOf, toLab } from './oklab.js';
import type { Rgb } from './srgb.js';
import { lightReader, samplePixels } from './statistics.js';
import { smoothstep } from './tone.js';
import { adaptation } from './white.js';

/** Finds the colour of the light and makes it neutral, on linear light. Where all three channels are blown out nothing is known, and white stays white. */
export const autoWhiteBalance: Operation<'autoWhiteBalance'> = {
  name: 'autoWhiteBalance',
  apply: (picture, _params, { weights }) => {
    const lamp = estimate(witnesses(picture, weights));
    if (!lamp) return picture;
    const grey = luminance(lamp);
    const matrix = adaptation(lamp, { r: grey, g: grey, b: grey });
    return paintThroughCube(picture, (light) => {
      const blown = smoothstep(Math.min(light.r, light.g, light.b), 0.85, 1);
      return mix(fitLight(transform(matrix, light)), light, blown);
    });
  },
};

interface Witness {
  readonly light: Rgb;
  readonly weight: number;
}

const luminance = ({ r, g, b }: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const mix = (from: Rgb, to: Rgb, share: number): Rgb => ({
  r: from.r + (to.r - from.r) * share,
  g: from.g + (to.g - from.g) * share,
  b: from.b + (to.b - from.b) * share,
});

/** Pixels that say something about the light: neither clipped nor nearly black. */
const witnesses = (picture: Picture, weights: Mask | undefined): Witness[] => {
  const read = lightReader(picture);
  const seen: Witness[] = [];
  samplePixels(picture, weights, (at, weight) => {
    const light = read(at);
    const brightest = Math.max(light.r, light.g, light.b);
    if (brightest < 0.97 && brightest > 0.01) seen.push({ light, weight });
  });
  return seen;
};

const ROUNDS = 4;

/**
 * The colour of the light, green being 1. Three opinions are heard: the mean in the eighth root, where dark pixels count nearly
 * as much as bright ones; in the sixth power, where bright ones count most (Shades of Grey, Finlayson and Trezzi, CIC 12, 2004);
 * and the mean of what looks nearly grey under what those two agree on. Light falls on all of a scene and a colourful thing only
 * on some of it, so the light is taken to be as coloured as all three say and no more; the fewer greys there are, the less.
 */
const estimate = (seen: readonly Witness[]): Rgb | undefined => {
  const all = seen.reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return undefined;
  const guess = agreed(plausible(meanOf(seen, 1 / 8)), plausible(meanOf(seen, 6)));
  let [lamp, share] = [guess, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { light, weight } = meanOfGreys(seen, lamp);
    share = weight / all;
    if (share < 0.002) return undefined;
    lamp = plausible(light);
  }
  return mix(NEUTRAL, agreed(guess, lamp), smoothstep(share, 0.005, 0.06));
};

const NEUTRAL: Rgb = { r: 1, g: 1, b: 1 };

/** The mean of the light in the sense of the norm: the higher, the more the bright pixels count. */
const meanOf = (seen: readonly Witness[], norm: number): Rgb => {
  const sum = { r: 0, g: 0, b: 0 };
  for (const { light, weight } of seen) {
    for (const channel of ['r', 'g', 'b'] as const) sum[channel] += weight * power(light[channel], norm);
  }
  return { r: power(sum.r, 1 / norm), g: power(sum.g, 1 / norm), b: power(sum.b, 1 / norm) };
};

/** What two lamps have in common: on the axes amber to blue and magenta to green the smaller colouring, and none where they point apart. */
const agreed = (one: Rgb, other: Rgb): Rgb => {
  const common = (x: number, y: number) => ((x - 1) * (y - 1) <= 0 ? 1 : Math.abs(x - 1) < Math.abs(y - 1) ? x : y);
  const amber = common(one.r / one.b, other.r / other.b);
  const magenta = common(one.r * one.b, other.r * other.b);
  return { r: Math.sqrt(magenta * amber), g: 1, b: Math.sqrt(magenta / amber) };
};

/** The mean of the pixels, each counted as far as it is nearly grey under the lamp. Chroma by lightness does not depend on how bright a pixel is. */
const meanOfGreys = (seen: readonly Witness[], lamp: Rgb): Witness => {
  let [r, g, b, sum] = [0, 0, 0, 0];
  for (const { light, weight } of seen) {
    const lab = toLab({ r: light.r / lamp.r, g: light.g / lamp.g, b: light.b / lamp.b });
    const counts = weight * (1 - smoothstep(chromaOf(lab) / lab.l, 0.03, 0.09));
    r += counts * light.r;
    g += counts * light.g;
    b += counts * light.b;
    sum += counts;
  }
  return { light: { r, g, b }, weight: sum };
};

/** Scaled so that green is 1; lamps redder or bluer than people photograph by are held back. */
const plausible = ({ r, g, b }: Rgb): Rgb => {
  const held = (value: number) => Math.min(2.5, Math.max(0.4, g > 0 ? value / g : 1));
  return { r: held(r), g: 1, b: held(b) };
};
