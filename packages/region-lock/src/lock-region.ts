import { resizeLanczos, type Geometry, type Mask, type Picture, type RgbImage } from '@flux-context/picture';
import { maskAtModel } from './brush.js';
import { brushWeights, changeMask } from './change-mask.js';
import { applyColours, matchColours, sameColours, type ColourMap } from './colour-match.js';
import { composite, type Layer } from './composite.js';
import { driftOf, type Drift } from './drift.js';
import { differences, estimatedNoiseFloor, noiseFloorOf } from './noise-floor.js';
import { inPlace } from './placement.js';
import { lumaOf, rasterOf, reduced, wipe, type Raster } from './raster.js';
import { register } from './registration.js';
import { moved } from './resample.js';

/** What a model made of a picture. `reference` is the prepared source that it saw and `geometry` how that was prepared. */
export interface Edit {
  readonly edited: RgbImage;
  readonly reference: RgbImage;
  /** The reference encoded and decoded without an edit, which tells the autoencoder's error from an edit. */
  readonly roundTrip?: RgbImage | undefined;
  readonly geometry: Geometry;
  /** Of the source's size, a hard limit: no byte changes where it is 0, whatever the model did. */
  readonly brush?: Mask | undefined;
}

/** Where and how an edit changed the picture, found at the model's size; nothing is written yet. */
export interface Change {
  readonly layer: Layer;
  readonly reframed: boolean;
}

export interface Locked {
  readonly picture: Picture;
  readonly drift: Drift;
}

/**
 * Lays an edit over its source such that only what the edit changed is the model's and every other byte is the source's. Changes the
 * source in place, which it owns from then on; beside it, memory is some tens of MB whatever its size. Throws `RegionLockError` for a
 * colour profile that cannot be computed backwards (ask `hasKnownColours` first), RangeError where sizes do not belong together.
 */
export const lockRegion = ({ source, ...edit }: Edit & { readonly source: Picture }): Locked => applyChange(source, findChange(edit), edit.reference);

/** The second half of `lockRegion`: for callers that look at the change first, to try another seed when `reframed`, or to look closer at `changedBox`. */
export const applyChange = (source: Picture, { layer, reframed }: Change, reference: RgbImage): Locked => {
  if (source.width !== layer.geometry.source.width || source.height !== layer.geometry.source.height) throw new RangeError('The geometry is of another picture.');
  const written = composite(source, layer);
  return { picture: source, drift: driftOf(layer, reference, written, reframed) };
};

/**
 * For requests that mean the whole picture (a style, a relighting), where there is nothing to keep: the edit takes the place of the
 * source, or of what the brush marks, in the source's size, depth, profile and alpha. Changes the source in place.
 */
export const replaceWhole = ({ source, ...edit }: Edit & { readonly source: Picture }): Locked => applyChange(source, { layer: wholeLayer(checked(edit)), reframed: false }, edit.reference);

/** The first half of `lockRegion`: registration, colour match, noise floor, change mask. */
export const findChange = (input: Edit): Change => {
  const edit = checked(input);
  const { edited, reference, roundTrip, geometry, brush } = edit;
  const brushed = brush && maskAtModel(brush, geometry);
  const luma = { reference: lumaOf(reference), edited: lumaOf(edited) };
  const { placement, reframed } = register(luma.reference, luma.edited);
  if (reframed) {
    wipe(luma.reference, luma.edited);
    return { layer: wholeLayer(edit), reframed };
  }
  const before = rasterOf(reference);
  const after = moved(edited, 3, placement);
  const colours = coloursOf(before, after, brushed);
  recolour(after, colours);
  const difference = differences(before, after);
  const floor = roundTrip ? withRoundTrip(before, after, roundTrip, difference) : estimatedNoiseFloor(luma.reference, difference);
  forgetBeyond(difference, placement, reference);
  const mask = changeMask(difference, floor, reference.width, reference.height);
  wipe(luma.reference, luma.edited, before, after);
  difference.fill(0);
  return { layer: { edited, geometry, placement, colours, mask: limited(mask, brushed), brush }, reframed };
};

const checked = (edit: Edit): Edit => {
  const { edited, reference, roundTrip, geometry, brush } = edit;
  const { crop, source } = geometry;
  const isSized = (image: { width: number; height: number }, size: { width: number; height: number }): boolean => image.width === size.width && image.height === size.height;
  if (!isSized(reference, crop) || (roundTrip && !isSized(roundTrip, crop)) || (brush && !isSized(brush, source))) throw new RangeError('The sizes do not belong together.');
  return isSized(edited, crop) ? edit : { ...edit, edited: resizeLanczos(edited, crop.width, crop.height) };
};

const wholeLayer = ({ edited, geometry, brush }: Edit): Layer => {
  const { width, height } = geometry.crop;
  const everywhere: Mask = { width, height, data: new Uint8Array(width * height).fill(255) };
  return { edited, geometry, placement: inPlace, colours: sameColours(), mask: limited(everywhere, brush && maskAtModel(brush, geometry)), brush };
};

/** Side of the blocks whose mean colours are compared, so that grain and fine misplacement do not matter. */
const block = 7;

/** Colours are compared where the brush allows no edit, or anywhere if that is little. */
const coloursOf = (before: Raster, after: Raster, brushed: Mask | undefined): ColourMap => {
  const [one, other] = [reduced(before, block), reduced(after, block)];
  const marked = brushed && reduced({ ...brushed, channels: 1, data: new Float32Array(brushed.data) }, block).data;
  const kept = marked ? marked.reduce((count, weight) => (weight === 0 ? count + 1 : count), 0) : 0;
  const colours = matchColours(one, other, (pixel) => marked !== undefined && kept > marked.length / 4 && marked[pixel]! > 0);
  wipe(one, other);
  return colours;
};

const recolour = ({ data }: Raster, colours: ColourMap): void => {
  for (let at = 0; at < data.length; at += 3) applyColours(colours, data, at, data, at);
};

/** With the round trip, a pixel is unedited if it is like the reference or like what encoding alone makes of it. */
const withRoundTrip = (before: Raster, after: Raster, roundTrip: RgbImage, difference: Float32Array): Float32Array => {
  const coded = rasterOf(roundTrip);
  const fromCoded = differences(coded, after);
  for (let pixel = 0; pixel < difference.length; pixel += 1) difference[pixel] = Math.min(difference[pixel]!, fromCoded[pixel]!);
  const floor = noiseFloorOf(before, coded);
  wipe(coded);
  fromCoded.fill(0);
  return floor;
};

/** Where the edited picture does not reach after it was put right, nothing is known, so nothing was changed. */
const forgetBeyond = (difference: Float32Array, { x, y }: Layer['placement'], { width, height }: RgbImage): void => {
  for (let row = 0, at = 0; row < height; row += 1) {
    const down = y.scale * row + y.offset;
    for (let column = 0; column < width; column += 1, at += 1) {
      const across = x.scale * column + x.offset;
      if (across < -0.5 || across > width - 0.5 || down < -0.5 || down > height - 0.5) difference[at] = 0;
    }
  }
};

const limited = (mask: Mask, brushed: Mask | undefined): Mask => {
  if (!brushed) return mask;
  const weights = brushWeights(brushed);
  return { ...mask, data: mask.data.map((value, pixel) => Math.min(value, weights[pixel]!)) };
};
