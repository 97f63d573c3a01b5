import type { Mask, Picture } from '@flux-context/picture';
import { ExactError } from '../exact-error.js';
import type { Operation } from '../operation.js';
import { paintThroughLab } from './cube.js';
import { chromaRoom, fitChroma } from './gamut.js';
import { toLab, type Lab } from './oklab.js';
import { lightReader, samplePixels } from './statistics.js';
import { shoulder } from './tone.js';

/** Spreads are changed by this factor at most, so that a flat picture is not torn apart. */
const RATIO_MAX = 3;

/** Gives the picture the mean and the spread of colour of a reference (Reinhard, Ashikhmin, Gooch and Shirley, "Color transfer between images", 2001), in OKLab. */
export const colourMatch: Operation<'colourMatch'> = {
  name: 'colourMatch',
  apply: (picture, { reference: index, strength }, { references, weights }) => {
    const reference = references[index];
    if (!reference) throw new ExactError('plan.not_applicable');
    if (strength === 0) return picture;
    const [from, to] = [palette(picture, weights), palette(reference, undefined)];
    if (!from || !to) return picture;
    const [l, a, b] = [line(from, to, 'l', strength), line(from, to, 'a', strength), line(from, to, 'b', strength)];
    const shift = Math.sqrt(a.shift * a.shift + b.shift * b.shift);
    const widest = Math.max(a.ratio, b.ratio);
    return paintThroughLab(picture, (lab) => {
      const lightness = ease(lab.l * l.ratio + l.shift, l.shift, l.ratio + l.shift);
      const matched = { l: lightness, a: lab.a * a.ratio + a.shift, b: lab.b * b.ratio + b.shift };
      return fitChroma(matched, chromaRoom(lab) * widest + shift);
    });
  },
};

interface Palette {
  readonly mean: Lab;
  readonly spread: Lab;
}

/** Mean and standard deviation of the picture's colours. */
const palette = (picture: Picture, weights: Mask | undefined): Palette | undefined => {
  const read = lightReader(picture);
  let all = 0;
  const [sum, squares] = [{ l: 0, a: 0, b: 0 }, { l: 0, a: 0, b: 0 }];
  samplePixels(picture, weights, (at, weight) => {
    const lab = toLab(read(at));
    all += weight;
    for (const axis of ['l', 'a', 'b'] as const) {
      sum[axis] += weight * lab[axis];
      squares[axis] += weight * lab[axis] * lab[axis];
    }
  });
  if (all === 0) return undefined;
  const spread = (axis: keyof Lab) => Math.sqrt(Math.max(0, squares[axis] / all - (sum[axis] / all) * (sum[axis] / all)));
  return { mean: { l: sum.l / all, a: sum.a / all, b: sum.b / all }, spread: { l: spread('l'), a: spread('a'), b: spread('b') } };
};

/** The straight line that takes one axis from the one palette to the other, or part of the way. A spread of nearly nothing says nothing. */
const line = (from: Palette, to: Palette, axis: keyof Lab, strength: number): { ratio: number; shift: number } => {
  const wanted = from.spread[axis] < 1e-3 ? 1 : to.spread[axis] / from.spread[axis];
  const ratio = Math.min(RATIO_MAX, Math.max(1 / RATIO_MAX, wanted));
  const shift = to.mean[axis] - from.mean[axis] * ratio;
  return { ratio: 1 + (ratio - 1) * strength, shift: shift * strength };
};

/** Eases what lies between `low` and `high` into 0 to 1; the middle stays untouched. */
const ease = (value: number, low: number, high: number): number => {
  const below = high > 1 ? shoulder(value, 0.8, high) : value;
  return low < 0 ? 1 - shoulder(1 - below, 0.8, 1 - low) : below;
};
