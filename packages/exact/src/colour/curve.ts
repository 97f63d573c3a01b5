import type { Picture } from '@flux-context/picture';

/** From encoded value to encoded value, both 0 to 1. */
export type Curve = (value: number) => number;

/** Puts each colour channel through the same curve, by a table with an entry for every value. In place; alpha stays. */
export const paintThroughCurve = (picture: Picture, curve: Curve): Picture => {
  const { data, channels, depth } = picture;
  const table = tabulate(depth, curve);
  for (let i = 0; i < data.length; i += channels) {
    data[i] = table[data[i]!]!;
    data[i + 1] = table[data[i + 1]!]!;
    data[i + 2] = table[data[i + 2]!]!;
  }
  return picture;
};

const tabulate = (depth: 8 | 16, curve: Curve): Uint16Array => {
  const top = depth === 8 ? 255 : 65_535;
  const table = new Uint16Array(top + 1);
  for (let value = 0; value <= top; value += 1) table[value] = Math.round(Math.min(1, Math.max(0, curve(value / top))) * top);
  return table;
};
