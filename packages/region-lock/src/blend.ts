import type { Picture } from '@flux-context/picture';
import { codeOf, colourSpaceOf, srgbLight, type ColourSpace } from './colour-space.js';
import type { Matrix } from './profile.js';

const { floor, max, min } = Math;

const identity: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Light of every encoded sRGB level; what lies between is interpolated. */
const lightOfLevel = Float32Array.from({ length: 257 }, (_, level) => srgbLight(min(level, 255) / 255));

/** Lays sRGB colours over the pixels of a picture in light, as a lens would, and writes them in the picture's own numbers: its depth, its profile. Alpha stays. */
export class Blend {
  private readonly space: ColourSpace;
  private readonly perLevel: number;
  /** Pixels of this weight are the colour itself, which in sRGB needs no way through light. */
  private readonly opaque: number;

  constructor(private readonly picture: Picture) {
    this.space = colourSpaceOf(picture);
    this.perLevel = picture.depth === 16 ? 257 : 1;
    this.opaque = this.space.fromSrgb ? Infinity : 255;
  }

  /**
   * Over pixels that follow each other, the first one's red at sample `at`. Three levels per pixel from 0 to 255 in `colours`, which need not
   * be whole and may lie outside, and a weight from 0, which leaves the pixel as it is, to 255. Uses up `colours`.
   */
  lay(at: number, colours: Float32Array, weights: Uint8Array): void {
    this.write(at, colours, weights);
    this.toLight(colours, weights);
    for (const channel of [0, 1, 2] as const) this.mix(at, colours, weights, channel);
  }

  private write(at: number, colours: Float32Array, weights: Uint8Array): void {
    const { opaque, perLevel, picture: { data, channels } } = this;
    for (let pixel = 0, from = 0, to = at; pixel < weights.length; pixel += 1, from += 3, to += channels) {
      if (weights[pixel]! < opaque) continue;
      for (let channel = 0; channel < 3; channel += 1) data[to + channel] = clipped(colours[from + channel]!) * perLevel + 0.5;
    }
  }

  private toLight(colours: Float32Array, weights: Uint8Array): void {
    const { opaque, space: { fromSrgb: m = identity } } = this;
    for (let pixel = 0, at = 0; pixel < weights.length; pixel += 1, at += 3) {
      if (weights[pixel] === 0 || weights[pixel]! >= opaque) continue;
      const r = lightOf(clipped(colours[at]!));
      const g = lightOf(clipped(colours[at + 1]!));
      const b = lightOf(clipped(colours[at + 2]!));
      for (let row = 0; row < 3; row += 1) colours[at + row] = m[row * 3]! * r + m[row * 3 + 1]! * g + m[row * 3 + 2]! * b;
    }
  }

  private mix(at: number, light: Float32Array, weights: Uint8Array, channel: 0 | 1 | 2): void {
    const { opaque, picture: { data, channels } } = this;
    const codes = this.space.codes[channel];
    for (let pixel = 0, from = channel, to = at + channel; pixel < weights.length; pixel += 1, from += 3, to += channels) {
      const weight = weights[pixel]!;
      if (weight === 0 || weight >= opaque) continue;
      const before = codes.light[data[to]!]!;
      data[to] = codeOf(codes, before + (light[from]! - before) * (weight / 255));
    }
  }
}

const lightOf = (level: number): number => {
  const below = floor(level);
  return lightOfLevel[below]! + (level - below) * (lightOfLevel[below + 1]! - lightOfLevel[below]!);
};

const clipped = (level: number): number => min(255, max(0, level));
