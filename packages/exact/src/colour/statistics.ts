import type { Mask, Picture } from '@flux-context/picture';
import { greyOf, greysMax } from './grey.js';
import { decode, type Rgb } from './srgb.js';

const PIXELS_ENOUGH = 2 ** 17;

/**
 * Shows pixels for statistics: all of a small picture, an even spread of at least 32,768 of a large one, always the same
 * ones. The grid is shifted from row to row so that stripes do not fall in step with it. A pixel counts as far as the mask
 * marks it and as far as it is opaque; what does not count is not shown.
 */
export const samplePixels = (picture: Picture, weights: Mask | undefined, see: (at: number, weight: number) => void): void => {
  const { width, height, channels, data, depth } = picture;
  const step = Math.ceil(Math.sqrt((width * height) / PIXELS_ENOUGH));
  const opaque = depth === 8 ? 255 : 65_535;
  for (let y = step >> 1, row = 0; y < height; y += step, row += 1) {
    for (let x = (row * 3) % step; x < width; x += step) {
      const pixel = y * width + x;
      const alpha = channels === 4 ? data[pixel * channels + 3]! / opaque : 1;
      const weight = weights ? (weights.data[pixel]! / 255) * alpha : alpha;
      if (weight > 0) see(pixel * channels, weight);
    }
  }
};

/** The light of the pixel at an index of the picture's data. */
export const lightReader = ({ data, depth }: Picture): ((at: number) => Rgb) => {
  const top = depth === 8 ? 255 : 65_535;
  const light = Float64Array.from({ length: top + 1 }, (_, value) => decode(value / top));
  return (at) => ({ r: light[data[at]!]!, g: light[data[at + 1]!]!, b: light[data[at + 2]!]! });
};

/** Weighted counts in `bins` equal bins. */
export class Histogram {
  private readonly counts: Float64Array;
  total = 0;

  constructor(readonly bins: number) {
    this.counts = new Float64Array(bins);
  }

  add(bin: number, weight: number): void {
    this.counts[bin]! += weight;
    this.total += weight;
  }

  count(bin: number): number {
    return this.counts[bin]!;
  }

  /** The lowest bin with at least that share of everything in it or below it. */
  percentile(share: number): number {
    let below = 0;
    for (let bin = 0; bin < this.bins; bin += 1) {
      below += this.counts[bin]!;
      if (below > share * this.total) return bin;
    }
    return this.bins - 1;
  }
}

/** How often each grey occurs, in 256 bins for either depth. */
export const greyHistogram = (picture: Picture, weights: Mask | undefined): Histogram => {
  const { data, depth } = picture;
  const grey = greyOf(depth);
  const histogram = new Histogram(256);
  samplePixels(picture, weights, (at, weight) => {
    const value = grey(data[at]!, data[at + 1]!, data[at + 2]!);
    histogram.add(Math.round((value / greysMax[depth]) * 255), weight);
  });
  return histogram;
};
