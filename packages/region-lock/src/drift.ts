import type { Mask, RgbImage } from '@flux-context/picture';
import { greyAfter } from './colour-match.js';
import type { Layer, Written } from './composite.js';
import { shiftAtCentre } from './registration.js';

const { abs } = Math;

/** What the model did beside what it was asked to, and what the lock left of it. Says nothing about the content; lengths are the model's pixels, levels are of 255. */
export interface Drift {
  /** The model framed the scene anew, so nothing could be told apart: without a brush the whole picture is the model's. */
  readonly reframed: boolean;
  /** Share of the source's pixels that are not the source's any more, 0 to 1. */
  readonly changedShare: number;
  /** Bytes outside of them that differ from the source's; compared after writing. */
  readonly differingBytes: number;
  /** How far the edited picture's centre lay off, before it was put right. */
  readonly shift: { readonly x: number; readonly y: number };
  readonly scale: { readonly x: number; readonly y: number };
  /** By how much the model had moved middle grey, in red, green and blue, before it was put right. */
  readonly tint: readonly [number, number, number];
  /** How far the model's own picture was from the reference where the lock kept the source. */
  readonly outsideBefore: { readonly max: number; readonly mean: number };
}

export const driftOf = (layer: Layer, reference: RgbImage, written: Written, reframed: boolean): Drift => {
  const { source } = layer.geometry;
  const grey = greyAfter(layer.colours);
  return {
    reframed,
    changedShare: written.pixels / (source.width * source.height),
    differingBytes: written.differingBytes,
    shift: shiftAtCentre(layer.placement, reference),
    scale: { x: layer.placement.x.scale, y: layer.placement.y.scale },
    tint: [128 - grey[0]!, 128 - grey[1]!, 128 - grey[2]!],
    outsideBefore: outside(layer.edited, reference, layer.mask),
  };
};

const outside = (edited: RgbImage, reference: RgbImage, mask: Mask): { max: number; mean: number } => {
  let [largest, sum, count] = [0, 0, 0];
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] !== 0) continue;
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) {
      const difference = abs(edited.data[at]! - reference.data[at]!);
      sum += difference;
      if (difference > largest) largest = difference;
    }
    count += 3;
  }
  return { max: largest, mean: count === 0 ? 0 : sum / count };
};
