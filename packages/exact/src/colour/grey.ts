import type { Picture } from '@flux-context/picture';
import { decode } from './srgb.js';

/** Greys are told apart in sixteenths of a step in 8 bits, so that what is made of them does not show steps; in 16 bits as they are. */
export const greysMax = { 8: 255 * 16, 16: 65_535 } as const;

/**
 * The grey that is as light as a colour, 0 to `greysMax`: its luminance (ITU-R BT.709 weights on linear light, IEC 61966-2-1),
 * encoded again. By tables; a grey gives itself.
 */
export const greyOf = (depth: 8 | 16): ((red: number, green: number, blue: number) => number) => {
  const { red: ofRed, green: ofGreen, blue: ofBlue, greys } = (tables[depth] ??= { ...shares(depth), greys: nearestGreys(depth) });
  return (red, green, blue) => greys[ofRed[red]! + ofGreen[green]! + ofBlue[blue]!]!;
};

/** Kept once drawn up: they depend on nothing but the depth. */
const tables: Partial<Record<8 | 16, ReturnType<typeof shares> & { readonly greys: Uint16Array }>> = {};

/** Light in whole steps, fine enough that no two neighbouring greys share one. */
const STEPS = { 8: 2 ** 16, 16: 2 ** 20 } as const;

/** What each channel's value adds to the light. The three add up to the light of that grey. */
const shares = (depth: 8 | 16) => {
  const top = depth === 8 ? 255 : 65_535;
  const light = Float64Array.from({ length: top + 1 }, (_, value) => decode(value / top) * STEPS[depth]);
  const red = Uint32Array.from(light, (value) => Math.round(value * 0.2126));
  const blue = Uint32Array.from(light, (value) => Math.round(value * 0.0722));
  const green = Uint32Array.from(light, (value, at) => Math.round(value) - red[at]! - blue[at]!);
  return { red, green, blue };
};

/** For every amount of light the nearest grey. */
const nearestGreys = (depth: 8 | 16): Uint16Array => {
  const [top, steps] = [greysMax[depth], STEPS[depth]];
  const light = Float64Array.from({ length: top + 1 }, (_, grey) => Math.round(decode(grey / top) * steps));
  const greys = new Uint16Array(steps + 1);
  let grey = 0;
  for (let at = 0; at <= steps; at += 1) {
    while (grey < top && light[grey + 1]! - at < at - light[grey]!) grey += 1;
    greys[at] = grey;
  }
  return greys;
};

/** What stands for each grey: red, green and blue in turn, in the picture's own values. */
export type Palette = Uint16Array;

/** Draws up a palette from a function on greys, 0 to 1 and encoded. */
export const palette = (depth: 8 | 16, colour: (grey: number) => readonly [number, number, number]): Palette => {
  const top = depth === 8 ? 255 : 65_535;
  const drawn = new Uint16Array((greysMax[depth] + 1) * 3);
  for (let grey = 0; grey <= greysMax[depth]; grey += 1) {
    const drawnAs = colour(grey / greysMax[depth]);
    for (let c = 0; c < 3; c += 1) drawn[grey * 3 + c] = Math.round(Math.min(1, Math.max(0, drawnAs[c]!)) * top);
  }
  return drawn;
};

/** Replaces each colour by what stands for its grey, wholly at strength 1. In place; alpha stays. */
export const paintByGrey = (picture: Picture, drawn: Palette, strength = 1): Picture => {
  const { data, channels, depth } = picture;
  const grey = greyOf(depth);
  const share = Math.round(strength * 65_536);
  if (share === 65_536) return replaceByGrey(picture, drawn, grey);
  for (let i = 0; i < data.length; i += channels) {
    const at = 3 * grey(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = 0; c < 3; c += 1) {
      const before = data[i + c]!;
      data[i + c] = before + Math.round(((drawn[at + c]! - before) * share) / 65_536);
    }
  }
  return picture;
};

const replaceByGrey = (picture: Picture, drawn: Palette, grey: ReturnType<typeof greyOf>): Picture => {
  const { data, channels } = picture;
  for (let i = 0; i < data.length; i += channels) {
    const at = 3 * grey(data[i]!, data[i + 1]!, data[i + 2]!);
    data[i] = drawn[at]!;
    data[i + 1] = drawn[at + 1]!;
    data[i + 2] = drawn[at + 2]!;
  }
  return picture;
};
