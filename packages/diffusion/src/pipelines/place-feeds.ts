import { type Position, rotaryTable } from '../latents/rotary.js';
import type { Feed } from '../sessions/ports.js';

/** Where every token is, the words first: as the angles that graphs of ours rotate by, and as the ids from which others compute them. */
export const placeFeeds = (positions: readonly Position[], words: number, { axes, theta }: { readonly axes: readonly number[]; readonly theta: number }): Readonly<Record<string, Feed>> => {
  const { cos, sin, tokens, angles } = rotaryTable(positions, axes, theta);
  const idsOf = (some: readonly Position[]): Feed => ({ data: Float32Array.from(some.flat()), shape: [1, some.length, axes.length] });
  return {
    rope_cos: { data: cos, shape: [tokens, angles] },
    rope_sin: { data: sin, shape: [tokens, angles] },
    txt_ids: idsOf(positions.slice(0, words)),
    img_ids: idsOf(positions.slice(words)),
  };
};
