import type { Picture } from '@flux-context/picture';
import { codeOf, colourSpaceOf, srgbLight, type ColourSpace } from './colour-space.js';

const { floor, max, min, round } = Math;

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

  /** Sample `at` is the pixel's red; `colour` has levels from 0 to 255, not rounded, and may lie outside; `weight` is 1 to 255. */
  lay(at: number, colour: Float64Array, weight: number): void {
    const { data } = this.picture;
    const { codes, fromSrgb } = this.space;
    if (weight === 255 && !fromSrgb) {
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = round(clipped(colour[channel]!) * this.perLevel);
      return;
    }
    this.toLight(colour);
    for (let channel = 0; channel < 3; channel += 1) {
      const code = codes[channel]!;
      const before = code[data[at + channel]!]!;
      data[at + channel] = codeOf(code, before + ((this.light[channel]! - before) * weight) / 255);
    }
  }

  private toLight(colour: Float64Array): void {
    const { light } = this;
    for (let channel = 0; channel < 3; channel += 1) {
      const level = clipped(colour[channel]!);
      const below = floor(level);
      light[channel] = lightOfLevel[below]! + (level - below) * (lightOfLevel[below + 1]! - lightOfLevel[below]!);
    }
    const { fromSrgb: m } = this.space;
    if (!m) return;
    const [r, g, b] = [light[0]!, light[1]!, light[2]!];
    for (let row = 0; row < 3; row += 1) light[row] = m[row * 3]! * r + m[row * 3 + 1]! * g + m[row * 3 + 2]! * b;
  }
}

const clipped = (level: number): number => min(255, max(0, level));
