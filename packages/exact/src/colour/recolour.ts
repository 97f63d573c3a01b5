import type { Mask, Picture } from '@flux-context/picture';
import type { Operation } from '../operation.js';
import { paintThroughLab } from './cube.js';
import { isNeutral, membershipIn, typicalOf, type Membership } from './families.js';
import { chromaRoom, fitChroma } from './gamut.js';
import { chromaOf, toLab, type Lab } from './oklab.js';
import { lightOf } from './srgb.js';
import { lightReader, samplePixels } from './statistics.js';

/** Lightness kept free at both ends, so that light and shade still show on something turned white or black. */
const HEADROOM = 0.1;

/**
 * Turns one colour family into another colour and keeps light and shade: what the family has on average becomes the new
 * colour, darker and paler shades of it darker and paler shades of the new. Colours outside the family stay as they are.
 */
export const recolour: Operation<'recolour'> = {
  name: 'recolour',
  apply: (picture, { from, to }, { weights }) => {
    const show = colours(picture, weights);
    const membership = membershipIn(from, show);
    const repaint = painter(average(show, membership, typicalOf(from)), toLab(lightOf(to)), isNeutral(from));
    return paintThroughLab(picture, (lab) => {
      const share = membership(lab);
      if (share === 0) return lab;
      const painted = repaint(lab);
      const mixed = { l: lab.l + (painted.l - lab.l) * share, a: lab.a + (painted.a - lab.a) * share, b: lab.b + (painted.b - lab.b) * share };
      return fitChroma(mixed, chromaOf(mixed));
    });
  },
};

interface Average {
  readonly l: number;
  readonly chroma: number;
}

type Show = (see: (lab: Lab, weight: number) => void) => void;

const colours = (picture: Picture, weights: Mask | undefined): Show => {
  const read = lightReader(picture);
  return (see) => samplePixels(picture, weights, (at, weight) => see(toLab(read(at)), weight));
};

/** Lightness and chroma of the family in this picture. The typical colour is in it with a little weight, for pictures that hardly have any. */
const average = (show: Show, membership: Membership, typical: Average): Average => {
  let [sum, l, chroma] = [1, typical.l, typical.chroma];
  show((lab, weight) => {
    const share = weight * membership(lab);
    sum += share;
    l += share * lab.l;
    chroma += share * chromaOf(lab);
  });
  return { l: l / sum, chroma: chroma / sum };
};

const painter = (mean: Average, target: Lab, neutral: boolean): ((lab: Lab) => Lab) => {
  const lightness = Math.min(1 - HEADROOM, Math.max(HEADROOM, target.l));
  return (lab) => {
    const shaded = lab.l < mean.l ? (lab.l / mean.l) * lightness : 1 - ((1 - lab.l) / (1 - mean.l)) * (1 - lightness);
    const fullness = neutral ? Math.min(shaded / lightness, (1 - shaded) / (1 - lightness)) : chromaOf(lab) / mean.chroma;
    const painted = { l: shaded, a: target.a * fullness, b: target.b * fullness };
    return fitChroma(painted, Math.max(chromaOf(painted), neutral ? 0 : (chromaOf(target) * chromaRoom(lab)) / mean.chroma));
  };
};
