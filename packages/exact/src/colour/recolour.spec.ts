import { describe, expect, it } from '@jest/globals';
import { colourFamilies, type Colour, type ColourFamily } from '@flux-context/instructions';
import { array, assert, asyncProperty, constantFrom, integer, pre, tuple } from 'fast-check';
import { degreesOf } from './arithmetic.js';
import { pictureOf } from './fixtures/chart.js';
import { toLab } from './oklab.js';
import { recolour } from './recolour.js';
import { decode } from './srgb.js';

type Pixel = readonly [number, number, number];
const paint = async (from: ColourFamily, to: Colour, ...pixels: readonly Pixel[]): Promise<Pixel[]> => {
  const { data } = await recolour.apply(pictureOf(...pixels), { op: 'recolour', from, to }, { references: [], pixelsMax: 1e6 });
  return pixels.map((_, at) => [data[at * 3]!, data[at * 3 + 1]!, data[at * 3 + 2]!]);
};
const labOf = ([r, g, b]: Pixel) => toLab({ r: decode(r / 255), g: decode(g / 255), b: decode(b / 255) });

/** The colours that these words stand for in CSS, where CSS has them so. */
const namesakes: { readonly [F in ColourFamily]: Pixel } = {
  red: [220, 20, 30],
  orange: [255, 140, 0],
  yellow: [255, 225, 20],
  green: [34, 139, 34],
  cyan: [0, 190, 200],
  blue: [30, 80, 220],
  purple: [128, 0, 128],
  pink: [255, 105, 180],
  brown: [120, 72, 36],
  black: [12, 12, 12],
  grey: [128, 128, 128],
  white: [250, 250, 250],
};

describe('recolour', () => {
  it.each(colourFamilies.map((family) => [family] as const))('takes what people call %s and gives it the new colour', async (family) => {
    const to = family === 'green' ? '#c02020' : '#20a040';
    const [painted] = await paint(family, to, ...Array.from({ length: 400 }, () => namesakes[family]));
    const wanted = labOf(family === 'green' ? [0xc0, 0x20, 0x20] : [0x20, 0xa0, 0x40]);
    const lab = labOf(painted!);
    expect(Math.abs(degreesOf(lab.a, lab.b) - degreesOf(wanted.a, wanted.b))).toBeLessThan(4);
    expect(Math.abs(lab.l - wanted.l)).toBeLessThan(0.05);
  });

  it.each(colourFamilies.map((family) => [family] as const))('of %s touches no other family', async (family) => {
    const overlapping: { readonly [F in ColourFamily]?: readonly ColourFamily[] } = { red: ['orange'], orange: ['red'] };
    const others = colourFamilies.filter((other) => other !== family && !overlapping[family]?.includes(other));
    const pixels = [namesakes[family], ...others.map((other) => namesakes[other])];
    expect((await paint(family, '#4466aa', ...pixels)).slice(1)).toEqual(pixels.slice(1));
  });

  it('of any hue leaves greys byte for byte', async () => {
    const greys = Array.from({ length: 256 }, (_, v): Pixel => [v, v, v]);
    for (const family of colourFamilies.filter((f) => !['black', 'grey', 'white'].includes(f))) expect(await paint(family, '#2050d0', ...greys)).toEqual(greys);
  });

  it('of red leaves fair and deep skin alone', async () => {
    const skin: Pixel[] = [[255, 219, 190], [241, 194, 150], [224, 172, 125], [198, 134, 90], [141, 85, 50], [80, 50, 35]];
    expect(await paint('red', '#2050d0', [200, 20, 30], ...skin)).toEqual([expect.anything(), ...skin]);
  });

  it('keeps light and shade: darker reds become darker blues', async () => {
    const shades = Array.from({ length: 12 }, (_, at): Pixel => [60 + at * 15, 5 + at * 3, 10 + at * 3]);
    const lightness = (await paint('red', '#2050d0', ...shades)).map((pixel) => labOf(pixel).l);
    for (let at = 1; at < lightness.length; at += 1) expect(lightness[at]!).toBeGreaterThan(lightness[at - 1]!);
  });

  it('takes a thing as a whole even where its hue lies on the border to the next family', async () => {
    const suit: Pixel[] = Array.from({ length: 60 }, (_, at) => [200 + (at % 8) * 4, 78 + (at % 6), 40 + (at % 9)]);
    for (const [r, , b] of await paint('orange', '#2050d0', ...suit)) expect(b).toBeGreaterThan(r + 60);
  });

  it('stays within range whatever it is given', async () => {
    const value = integer({ min: 0, max: 255 });
    const hex = tuple(value, value, value).map((parts) => `#${parts.map((v) => v.toString(16).padStart(2, '0')).join('')}`);
    await assert(
      asyncProperty(constantFrom(...colourFamilies), hex, array(tuple(value, value, value), { minLength: 1, maxLength: 30 }), async (from, to, pixels) => {
        const neutral = labOf(pixels[0]!);
        pre(Number.isFinite(neutral.l));
        for (const pixel of await paint(from, to, ...pixels)) expect(pixel.every((v) => Number.isInteger(v))).toBe(true);
      }),
    );
  });
});
