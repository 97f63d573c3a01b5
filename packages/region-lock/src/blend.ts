import type { Picture } from '@flux-context/picture';
import { codeOf, colourSpaceOf, srgbLight, type ColourSpace } from './colour-space.js';

const { floor, max, min } = Math;

/** Light of every encoded sRGB level; what lies between is interpolated. */
const lightOfLevel = Float32Array.from({ length: 257 }, (_, level) => srgbLight(min(level, 255) / 255));

/** Lays sRGB colours over the pixels of a picture in light, as a lens would, and writes them in the picture's own numbers: its depth, its profile. Alpha stays. */
export class Blend {
  private readonly space: ColourSpace;
  private readonly perLevel: number;
  private readonly light = new Float64Array(3);

  constructor(private readonly picture: Picture) {
    this.space = colourSpaceOf(picture);
    this.perLevel = picture.depth === 16 ? 257 : 1;
  }

  /**
   * Over pixels that follow each other, the first one's red at sample `at`. Three levels per pixel from 0 to 255 in `colours`, which need not
   * be whole and may lie outside, and a weight from 0, which leaves the pixel as it is, to 255.
   */
  lay(at: number, colours: Float32Array, weights: Uint8Array): void {
    const { data, channels } = this.picture;
    const isSrgb = this.space.fromSrgb === undefined;
    for (let pixel = 0, to = at; pixel < weights.length; pixel += 1, to += channels) {
      const weight = weights[pixel]!;
      if (weight === 0) continue;
      if (weight === 255 && isSrgb) {
        for (let channel = 0; channel < 3; channel += 1) data[to + channel] = clipped(colours[pixel * 3 + channel]!) * this.perLevel + 0.5;
      } else {
        this.toLight(colours, pixel * 3);
        this.mix(to, weight / 255);
      }
    }
  }

  private mix(to: number, share: number): void {
    const { picture: { data }, space: { codes }, light } = this;
    for (let channel = 0; channel < 3; channel += 1) {
      const before = codes[channel]!.light[data[to + channel]!]!;
      data[to + channel] = codeOf(codes[channel]!, before + (light[channel]! - before) * share);
    }
  }

  private toLight(colours: Float32Array, at: number): void {
    const { light } = this;
    for (let channel = 0; channel < 3; channel += 1) {
      const level = clipped(colours[at + channel]!);
      const below = floor(level);
      light[channel] = lightOfLevel[below]! + (level - below) * (lightOfLevel[below + 1]! - lightOfLevel[below]!);
    }
    const { fromSrgb: m } = this.space;
    if (!m) return;
    const r = light[0]!;
    const g = light[1]!;
    const b = light[2]!;
    for (let row = 0; row < 3; row += 1) light[row] = m[row * 3]! * r + m[row * 3 + 1]! * g + m[row * 3 + 2]! * b;
  }
}

const clipped = (level: number): number => min(255, max(0, level));
