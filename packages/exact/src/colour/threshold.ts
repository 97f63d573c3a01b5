import type { Mask, Picture } from '@flux-context/picture';
import type { Operation } from '../operation.js';
import { paintByGrey, palette } from './grey.js';
import { greyHistogram } from './statistics.js';

/** Black below the level, white from it on. Without a level: Otsu's, which parts the picture's greys into the two most distinct classes. */
export const threshold: Operation<'threshold'> = {
  name: 'threshold',
  apply: (picture, { level }, { weights }) => {
    const from = level ?? otsu(picture, weights);
    return paintByGrey(picture, palette(picture.depth, (grey) => (grey >= from ? [1, 1, 1] : [0, 0, 0])));
  },
};

/** Otsu, "A threshold selection method from gray-level histograms" (IEEE Trans. SMC 9(1), 1979): the split with the largest variance between classes. */
const otsu = (picture: Picture, weights: Mask | undefined): number => {
  const histogram = greyHistogram(picture, weights);
  let all = 0;
  for (let bin = 0; bin < histogram.bins; bin += 1) all += bin * histogram.count(bin);
  let [below, belowSum, best, first, last] = [0, 0, -1, 0, 0];
  for (let bin = 0; bin < histogram.bins; bin += 1) {
    below += histogram.count(bin);
    belowSum += bin * histogram.count(bin);
    const above = histogram.total - below;
    if (below === 0 || above <= 0) continue;
    const apart = belowSum / below - (all - belowSum) / above;
    const variance = below * above * apart * apart;
    if (variance > best) [best, first, last] = [variance, bin, bin];
    else if (variance === best) last = bin;
  }
  return best < 0 ? 0.5 : ((first + last) / 2 + 0.5) / (histogram.bins - 1);
};
