import { describe, expect, it } from '@jest/globals';
import { assert, integer, property, tuple } from 'fast-check';
import { paintThroughCube, paintThroughLab } from './cube.js';
import { chart, deepened, pictureOf } from './fixtures/chart.js';
import { withChroma, chromaOf, toLab, toRgb } from './oklab.js';
import { decode, encode } from './srgb.js';

const value = integer({ min: 0, max: 255 });
const deep = integer({ min: 0, max: 65_535 });

describe('a picture through the cube', () => {
  it('keeps every byte when nothing changes, in both depths', () => {
    assert(
      property(tuple(value, value, value), (pixel) => {
        expect([...paintThroughCube(pictureOf(pixel), (light) => light).data]).toEqual(pixel);
      }),
    );
    assert(
      property(tuple(deep, deep, deep), (pixel) => {
        const picture = { width: 1, height: 1, channels: 3, depth: 16, data: Uint16Array.from(pixel) } as const;
        expect([...paintThroughCube(picture, (light) => light).data]).toEqual(pixel);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps grey grey', () => {
    const ramp = pictureOf(...Array.from({ length: 256 }, (_, v) => [v, v, v] as const));
    const { data } = paintThroughLab(ramp, (lab) => ({ ...withChroma(lab, chromaOf(lab) * 2), l: lab.l * lab.l }));
    for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
  });

  it('is within two steps of computing every pixel', () => {
    const half = (lab: { l: number; a: number; b: number }) => withChroma(lab, chromaOf(lab) / 2);
    const source = chart();
    const painted = paintThroughLab(chart(), half).data;
    for (let i = 0; i < painted.length; i += 3) {
      const [r, g, b] = [0, 1, 2].map((c) => decode(source.data[i + c]! / 255)) as [number, number, number];
      const exact = toRgb(half(toLab({ r, g, b })));
      for (const [c, light] of [exact.r, exact.g, exact.b].entries()) expect(Math.abs(painted[i + c]! - encode(light) * 255)).toBeLessThan(2);
    }
  });

  it('agrees with itself in the other depth', () => {
    const half = (lab: { l: number; a: number; b: number }) => withChroma(lab, chromaOf(lab) / 2);
    const [plain, fine] = [paintThroughLab(chart(), half).data, paintThroughLab(deepened(chart()), half).data];
    for (const [i, v] of plain.entries()) expect(Math.abs(fine[i]! / 257 - v)).toBeLessThanOrEqual(0.502);
  });
});
