import type { Picture } from '@flux-context/picture';
import { toLab, toRgb, type Lab } from './oklab.js';
import { decode, encode, type Rgb } from './srgb.js';

/**
 * Puts a picture through any change of colour, at the price of a look-up. The change is computed at the corners of a grid of
 * 52 x 52 x 52 colours, each when a pixel first needs it, and interpolated between by tetrahedra (Kasson, Nin, Plouffe and
 * Hafner, "Performing color space conversions with three-dimensional linear interpolation", J. Electronic Imaging 4(3), 1995).
 * The grid's step divides both 255 and 65535, and everything after the corners is whole numbers. Tetrahedra share the grey
 * diagonal, so what is grey at the corners is grey between them, and where no corner changed no pixel does.
 */
const NODES = 52;
const STEP = { 8: 255 / (NODES - 1), 16: 65_535 / (NODES - 1) } as const;

/** The four weights of a pixel add up to the step, so this divides their sum into the picture's own values: 5 x 257 in 8 bits, 1285 in 16. */
const DIVISOR = 1285;
const HALF = 642;

/** Four numbers per node: red, green, blue in 16 bits, and whether they are known yet. */
const PITCH = 4;
const ALONG_B = PITCH;
const ALONG_G = ALONG_B * NODES;
const ALONG_R = ALONG_G * NODES;

/** From linear light to linear light; what leaves 0 to 1 is clipped. The very object that came in means "unchanged". */
export type LightChange = (light: Rgb) => Rgb;
/** From OKLab to OKLab; the result must be inside sRGB (see gamut.ts). The very object that came in means "unchanged". */
export type LabChange = (lab: Lab) => Lab;

const levels = Array.from({ length: NODES }, (_, node) => decode(node / (NODES - 1)));

/** Changes each pixel's colour in place; alpha stays. */
export const paintThroughCube = (picture: Picture, change: LightChange): Picture => {
  const { depth } = picture;
  const step = STEP[depth];
  const cube = new Uint16Array(NODES ** 3 * PITCH);
  const table = split(depth, step);
  interpolate(picture, cube, { ...table, step, learn: (node) => learn(cube, node, change) });
  return picture;
};

/** The same for a change that thinks in OKLab. */
export const paintThroughLab = (picture: Picture, change: LabChange): Picture =>
  paintThroughCube(picture, (light) => {
    const before = toLab(light);
    const after = change(before);
    return after === before ? light : toRgb(after);
  });

/** For each value of a channel: the node below it, and how far above that node it lies. The topmost value counts from the last but one node. */
const split = (depth: 8 | 16, step: number): { node: Uint8Array; rest: Uint16Array } => {
  const values = depth === 8 ? 256 : 65_536;
  const node = Uint8Array.from({ length: values }, (_, value) => Math.min(NODES - 2, Math.floor(value / step)));
  return { node, rest: Uint16Array.from(node, (below, value) => value - below * step) };
};

/** Computes one corner of the grid, unless it is known. */
const learn = (cube: Uint16Array, at: number, change: LightChange): void => {
  if (cube[at + 3] !== 0) return;
  const node = at / PITCH;
  const r = Math.floor(node / (NODES * NODES));
  const g = Math.floor(node / NODES) % NODES;
  const b = node % NODES;
  const light = { r: levels[r]!, g: levels[g]!, b: levels[b]! };
  const changed = change(light);
  cube[at] = changed === light ? r * STEP[16] : Math.round(encode(changed.r) * 65_535);
  cube[at + 1] = changed === light ? g * STEP[16] : Math.round(encode(changed.g) * 65_535);
  cube[at + 2] = changed === light ? b * STEP[16] : Math.round(encode(changed.b) * 65_535);
  cube[at + 3] = 1;
};

interface Grid {
  readonly node: Uint8Array;
  readonly rest: Uint16Array;
  readonly step: number;
  readonly learn: (at: number) => void;
}

/** Walks from the cell's dark corner to its light one along the axes, furthest first: those four corners carry the pixel. */
const interpolate = ({ data, channels }: Picture, cube: Uint16Array, { node, rest, step, learn }: Grid): void => {
  for (let i = 0; i < data.length; i += channels) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    let long = rest[red]!;
    let middle = rest[green]!;
    let short = rest[blue]!;
    let first = ALONG_R;
    let second = ALONG_G;
    let third = ALONG_B;
    let swap = 0;
    if (long < middle) {
      swap = long; long = middle; middle = swap;
      swap = first; first = second; second = swap;
    }
    if (middle < short) {
      swap = middle; middle = short; short = swap;
      swap = second; second = third; third = swap;
    }
    if (long < middle) {
      swap = long; long = middle; middle = swap;
      swap = first; first = second; second = swap;
    }
    const p0 = node[red]! * ALONG_R + node[green]! * ALONG_G + node[blue]! * ALONG_B;
    const p1 = p0 + first;
    const p2 = p1 + second;
    const p3 = p2 + third;
    if (cube[p0 + 3] === 0) learn(p0);
    if (cube[p1 + 3] === 0) learn(p1);
    if (cube[p2 + 3] === 0) learn(p2);
    if (cube[p3 + 3] === 0) learn(p3);
    const w0 = step - long;
    const w1 = long - middle;
    const w2 = middle - short;
    data[i] = ((w0 * cube[p0]! + w1 * cube[p1]! + w2 * cube[p2]! + short * cube[p3]! + HALF) / DIVISOR) | 0;
    data[i + 1] = ((w0 * cube[p0 + 1]! + w1 * cube[p1 + 1]! + w2 * cube[p2 + 1]! + short * cube[p3 + 1]! + HALF) / DIVISOR) | 0;
    data[i + 2] = ((w0 * cube[p0 + 2]! + w1 * cube[p1 + 2]! + w2 * cube[p2 + 2]! + short * cube[p3 + 2]! + HALF) / DIVISOR) | 0;
  }
};
