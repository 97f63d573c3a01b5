import type { ColourFamily } from '@flux-context/instructions';
import { degreesOf } from './arithmetic.js';
import { chromaOf, type Lab } from './oklab.js';
import { smoothstep } from './tone.js';

/** A soft-edged range: nothing outside the outer two numbers, everything between the inner two. */
type Range = readonly [number, number, number, number];

/** Where a group of colours lies in OKLab: hue in degrees (it may run over 360), chroma, lightness; and what it looks like on average. */
interface Family {
  readonly hue?: Range;
  readonly chroma: Range;
  readonly lightness: Range;
  readonly typical: { readonly l: number; readonly chroma: number };
}

const VISIBLE: Range = [0.012, 0.04, 2, 3];

/**
 * How people divide colours, drawn around the colours of those names in CSS Color 4. Reds and oranges begin at a higher chroma
 * than the rest, because skin lies beside them at a low one.
 */
const families: { readonly [F in ColourFamily]: Family } = {
  red: { hue: [350, 364, 396, 408], chroma: [0.05, 0.11, 2, 3], lightness: [0.05, 0.15, 0.78, 0.9], typical: { l: 0.55, chroma: 0.19 } },
  orange: { hue: [26, 42, 76, 90], chroma: [0.07, 0.12, 2, 3], lightness: [0.46, 0.55, 2, 3], typical: { l: 0.73, chroma: 0.16 } },
  yellow: { hue: [76, 90, 108, 120], chroma: [0.06, 0.11, 2, 3], lightness: [0.55, 0.7, 2, 3], typical: { l: 0.88, chroma: 0.17 } },
  green: { hue: [100, 118, 164, 184], chroma: VISIBLE, lightness: [0.05, 0.15, 2, 3], typical: { l: 0.6, chroma: 0.14 } },
  cyan: { hue: [166, 178, 212, 226], chroma: VISIBLE, lightness: [0.15, 0.3, 2, 3], typical: { l: 0.75, chroma: 0.1 } },
  blue: { hue: [214, 228, 282, 298], chroma: VISIBLE, lightness: [0.05, 0.15, 2, 3], typical: { l: 0.55, chroma: 0.15 } },
  purple: { hue: [284, 300, 330, 342], chroma: VISIBLE, lightness: [0.05, 0.15, 0.85, 0.95], typical: { l: 0.5, chroma: 0.17 } },
  pink: { hue: [326, 340, 372, 384], chroma: [0.03, 0.06, 2, 3], lightness: [0.55, 0.65, 2, 3], typical: { l: 0.78, chroma: 0.12 } },
  brown: { hue: [24, 36, 82, 96], chroma: [0.02, 0.045, 0.15, 0.19], lightness: [0.1, 0.2, 0.5, 0.62], typical: { l: 0.4, chroma: 0.08 } },
  black: { chroma: [-2, -1, 0.03, 0.06], lightness: [-2, -1, 0.22, 0.4], typical: { l: 0.15, chroma: 0 } },
  grey: { chroma: [-2, -1, 0.02, 0.04], lightness: [0.2, 0.35, 0.85, 0.95], typical: { l: 0.6, chroma: 0 } },
  white: { chroma: [-2, -1, 0.025, 0.05], lightness: [0.78, 0.9, 2, 3], typical: { l: 0.96, chroma: 0 } },
};

export const typicalOf = (family: ColourFamily): Family['typical'] => families[family].typical;

/** Families without a hue: what they are turned into takes its chroma from the new colour alone. */
export const isNeutral = (family: ColourFamily): boolean => families[family].hue === undefined;

/** How far a colour is a candidate by chroma and lightness alone. Greys are candidates for no family with a hue. */
const candidacy = ({ chroma, lightness }: Family, lab: Lab): number => within(chromaOf(lab), chroma) * within(lab.l, lightness);

/** How far a colour belongs to a family, 0 to 1. */
export type Membership = (lab: Lab) => number;

/**
 * Draws the family's borders for one picture. Between red and orange, say, there is no line that is right everywhere, so
 * within the soft edge of the hue range the border is laid where the picture has fewest colours: things are then taken or
 * left as a whole. `show` shows the picture's colours with their weights.
 */
export const membershipIn = (family: ColourFamily, show: (see: (lab: Lab, weight: number) => void) => void): Membership => {
  const defined = families[family];
  const { hue } = defined;
  if (!hue) return (lab) => candidacy(defined, lab);
  const degrees = (lab: Lab) => {
    const plain = degreesOf(lab.a, lab.b);
    return plain < hue[0] - 2 * EDGE ? plain + 360 : plain;
  };
  const histogram = new Float64Array(2 * 360);
  show((lab, weight) => {
    histogram[Math.floor(degrees(lab))]! += weight * candidacy(defined, lab);
  });
  const [start, end] = [valley(histogram, hue[0], hue[1]), valley(histogram, hue[3], hue[2])];
  const settled: Range = [start - EDGE, start + EDGE, end - EDGE, end + EDGE];
  return (lab) => {
    const share = candidacy(defined, lab);
    return share === 0 ? 0 : share * within(degrees(lab), settled);
  };
};

/** Half the width of a settled border, in degrees. */
const EDGE = 4;

/** The emptiest place on the way from the outer to the inner end of a border; of equals the outermost, so that nothing of a thing is left over. */
const valley = (histogram: Float64Array, outer: number, inner: number): number => {
  const inwards = Math.sign(inner - outer);
  let [best, fewest] = [outer, Number.POSITIVE_INFINITY];
  for (let at = outer; at !== inner + inwards; at += inwards) {
    const around = histogram.subarray(at - EDGE, at + EDGE + 1).reduce((sum, n) => sum + n, 0);
    if (around < fewest) [best, fewest] = [at, around];
  }
  return best;
};

const within = (value: number, [outer, inner, innerEnd, outerEnd]: Range): number =>
  smoothstep(value, outer, inner) * (1 - smoothstep(value, innerEnd, outerEnd));
