import type { Operation } from '../operation.js';
import { power } from './arithmetic.js';
import { paintThroughLab } from './cube.js';
import { relight } from './gamut.js';
import { decode, encode } from './srgb.js';
import { greyHistogram } from './statistics.js';

/** The share of pixels that may become black, and that may become white. */
const OUTLIERS = 0.002;
/** A foggy picture is spread by this at most, so that its noise stays noise. */
const SPREAD_MAX = 4;

/**
 * Spreads the picture's greys so that its darkest tones become black and its brightest white. The colours go along as if lit
 * less or more, in OKLab with hue kept, so they do not shift.
 */
export const autoLevels: Operation<'autoLevels'> = {
  name: 'autoLevels',
  apply: (picture, _params, { weights }) => {
    const histogram = greyHistogram(picture, weights);
    const dark = histogram.percentile(OUTLIERS) / 255;
    const bright = histogram.percentile(1 - OUTLIERS) / 255;
    if (bright <= dark || (dark === 0 && bright === 1)) return picture;
    const spread = Math.min(SPREAD_MAX, 1 / (bright - dark));
    const fixed = spread === SPREAD_MAX ? (dark + bright) / 2 : dark / (1 - (bright - dark));
    return paintThroughLab(picture, (lab) => {
      const grey = encode(lab.l * lab.l * lab.l);
      const spreadGrey = Math.min(1, Math.max(0, fixed + (grey - fixed) * spread));
      return relight(lab, power(decode(spreadGrey), 1 / 3));
    });
  },
};
