import type { Picture } from '@flux-context/picture';
import type { Operation } from '../operation.js';
import { greyOf, greysMax } from './grey.js';

/**
 * Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994) of the picture's greys: 8 tiles along
 * the longer side, the slope limited by clipping each tile's histogram, the tiles' curves blended between their centres. The
 * channels follow in proportion, as far as none clips, so hue stays. Strength sets both the limit and the share of the effect.
 */
export const localContrast: Operation<'localContrast'> = {
  name: 'localContrast',
  apply: (picture, { strength }) => {
    if (strength === 0) return picture;
    const grid = layTiles(picture);
    const grey = greyOf(picture.depth);
    const curves = equalise(count(picture, grid, grey), 1 + LIMIT * strength);
    paint(picture, grid, grey, curves, strength);
    return picture;
  },
};

const TILES = 8;
const TILE_MIN = 16;
const BINS = 256;
/** How far strength 1 lets the slope of a tile's curve rise above 1. */
const LIMIT = 2;

interface Tiles {
  readonly columns: number;
  readonly rows: number;
}

type Grey = (red: number, green: number, blue: number) => number;

const layTiles = ({ width, height }: Picture): Tiles => {
  const side = Math.max(TILE_MIN, Math.max(width, height) / TILES);
  return { columns: Math.max(1, Math.round(width / side)), rows: Math.max(1, Math.round(height / side)) };
};

/** One histogram per tile, of all pixels that are not wholly transparent. A mask does not narrow it: what surrounds a pixel is what its contrast is measured by. */
const count = ({ data, width, height, channels, depth }: Picture, { columns, rows }: Tiles, grey: Grey): Uint32Array[] => {
  const histograms = Array.from({ length: columns * rows }, () => new Uint32Array(BINS));
  const column = Uint8Array.from({ length: width }, (_, x) => Math.floor((x * columns) / width));
  const scale = greysMax[depth] / (BINS - 1);
  for (let y = 0, i = 0; y < height; y += 1) {
    const first = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x += 1, i += channels) {
      if (channels === 4 && data[i + 3] === 0) continue;
      const bin = Math.round(grey(data[i]!, data[i + 1]!, data[i + 2]!) / scale);
      histograms[first + column[x]!]![bin]! += 1;
    }
  }
  return histograms;
};

/** A curve per tile, one after the other: for each bin a grey of 0 to 65535, and one more for what lies beyond the last. */
const equalise = (histograms: readonly Uint32Array[], limit: number): Uint16Array => {
  const curves = new Uint16Array(histograms.length * CURVE);
  for (const [tile, histogram] of histograms.entries()) {
    const total = histogram.reduce((sum, n) => sum + n, 0);
    const ceiling = (limit * total) / BINS;
    const excess = histogram.reduce((sum, n) => sum + Math.max(0, n - ceiling), 0);
    let below = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      const here = total === 0 ? 1 / BINS : (Math.min(histogram[bin]!, ceiling) + excess / BINS) / total;
      curves[tile * CURVE + bin] = Math.round((below + (here * bin) / (BINS - 1)) * 65_535);
      below += here;
    }
    curves[tile * CURVE + BINS] = curves[tile * CURVE + BINS - 1]!;
  }
  return curves;
};

const CURVE = BINS + 1;

/** For each position along a side: the two tiles whose centres it lies between, and how far it is towards the second. */
const between = (length: number, tiles: number) => {
  const [first, second, share] = [new Uint8Array(length), new Uint8Array(length), new Float64Array(length)];
  for (let at = 0; at < length; at += 1) {
    const place = Math.min(tiles - 1, Math.max(0, ((at + 0.5) * tiles) / length - 0.5));
    first[at] = Math.floor(place);
    second[at] = Math.min(tiles - 1, first[at]! + 1);
    share[at] = place - first[at]!;
  }
  return { first, second, share };
};

/** The curves blended down the picture for one row; `row` then holds a curve per column of tiles. */
const blendRow = (row: Float64Array, curves: Uint16Array, above: number, under: number, share: number): void => {
  for (let at = 0; at < row.length; at += 1) row[at] = curves[above + at]! * (1 - share) + curves[under + at]! * share;
};

const paint = (picture: Picture, { columns, rows }: Tiles, grey: Grey, curves: Uint16Array, strength: number): void => {
  const { width, height } = picture;
  const [across, down] = [between(width, columns), between(height, rows)];
  const span = columns * CURVE;
  const row = new Float64Array(span);
  for (let y = 0; y < height; y += 1) {
    blendRow(row, curves, down.first[y]! * span, down.second[y]! * span, down.share[y]!);
    paintRow(picture, y, across, grey, row, strength);
  }
};

const paintRow = (picture: Picture, y: number, across: ReturnType<typeof between>, grey: Grey, row: Float64Array, strength: number): void => {
  const { data, width, channels, depth } = picture;
  const top = depth === 8 ? 255 : 65_535;
  const scale = greysMax[depth] / (BINS - 1);
  const effect = (strength * greysMax[depth]) / 65_535;
  for (let x = 0, i = y * width * channels; x < width; x += 1, i += channels) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    const before = grey(red, green, blue);
    if (before === 0) continue;
    const bin = (before / scale) | 0;
    const rest = before / scale - bin;
    const left = across.first[x]! * CURVE + bin;
    const right = across.second[x]! * CURVE + bin;
    const onLeft = row[left]! + (row[left + 1]! - row[left]!) * rest;
    const onRight = row[right]! + (row[right + 1]! - row[right]!) * rest;
    const after = before * (1 - strength) + (onLeft + (onRight - onLeft) * across.share[x]!) * effect;
    const factor = Math.min(after / before, top / Math.max(red, green, blue));
    data[i] = (red * factor + 0.5) | 0;
    data[i + 1] = (green * factor + 0.5) | 0;
    data[i + 2] = (blue * factor + 0.5) | 0;
  }
};
