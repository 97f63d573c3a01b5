import { describe, expect, it } from '@jest/globals';
import { decode, encode, type Geometry, type Mask, type Picture } from '@flux-context/picture';
import { assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { randomOf } from '../bench/synthetic.mjs';
import { sameColours } from './colour-match.js';
import { boundingBox, composite, differingBytes, type Layer } from './composite.js';
import { displayP3 } from './profile.spec-parts.js';
import { inPlace, sourceToModel } from './placement.js';
import { WeightRows } from './weight-rows.js';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly model: { readonly width: number; readonly height: number };
  readonly channels: 3 | 4;
  readonly depth: 8 | 16;
  readonly profiled: boolean;
  readonly brushed: boolean;
  readonly seed: number;
}

const cases = record<Case>({
  width: integer({ min: 1, max: 70 }),
  height: integer({ min: 1, max: 60 }),
  model: record({ width: integer({ min: 3, max: 40 }), height: integer({ min: 3, max: 40 }) }),
  channels: constantFrom<(3 | 4)[]>(3, 4),
  depth: constantFrom<(8 | 16)[]>(8, 16),
  profiled: boolean(),
  brushed: boolean(),
  seed: integer({ min: 1, max: 1_000_000 }),
});

const sourceOf = ({ width, height, channels, depth, profiled, seed }: Case): Picture => {
  const random = randomOf(seed);
  const data = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels).map(() => random() * 2 ** depth);
  return { width, height, channels, depth, data: depth === 8 ? Buffer.from(data) : data, ...(profiled && { icc: displayP3() }) };
};

/** A crop somewhere within the resized picture, a mask with holes, a slightly displaced edit. */
const layerOf = ({ width, height, model, brushed, seed }: Case): Layer => {
  const random = randomOf(seed + 1);
  const crop = { left: Math.floor(random() * 3), top: Math.floor(random() * 3), width: model.width - 2, height: model.height - 2 };
  const geometry: Geometry = { source: { width, height }, resized: model, crop };
  const pixels = crop.width * crop.height;
  const some = (): number => (random() < 0.7 ? 0 : Math.floor(random() * 256));
  const mask: Mask = { width: crop.width, height: crop.height, data: Uint8Array.from({ length: pixels }, some) };
  const brush: Mask | undefined = brushed ? { width, height, data: Uint8Array.from({ length: width * height }, () => (random() < 0.5 ? 0 : 255)) } : undefined;
  const edited = { width: crop.width, height: crop.height, data: Uint8Array.from({ length: pixels * 3 }, () => random() * 256) };
  return { edited, geometry, placement: { x: { scale: 1.004, offset: 0.4 }, y: { scale: 0.998, offset: -1.2 } }, colours: sameColours(), mask, brush };
};

const weightsOf = ({ mask, geometry, brush }: Layer): Uint8Array => {
  const { width, height } = geometry.source;
  const rows = new WeightRows(mask, sourceToModel(geometry), { left: 0, top: 0, width, height }, brush);
  return Uint8Array.from({ length: height }, (_, y) => y).reduce((all, y) => (all.set(rows.row(y), y * width), all), new Uint8Array(width * height));
};

describe('composite', () => {
  it('changes no byte where the weight is 0 or the brush forbids it, and no alpha, whatever the picture', () => {
    assert(
      property(cases, (example) => {
        const [source, before, layer] = [sourceOf(example), sourceOf(example), layerOf(example)];
        const weights = weightsOf(layer);
        const written = composite(source, layer);
        expect(written).toEqual({ pixels: weights.filter((weight) => weight > 0).length, differingBytes: 0 });
        for (let pixel = 0; pixel < weights.length; pixel += 1) {
          const free = weights[pixel]! > 0 && layer.brush?.data[pixel] !== 0;
          for (let channel = free ? 3 : 0; channel < source.channels; channel += 1) {
            const at = pixel * source.channels + channel;
            if (source.data[at] !== before.data[at]) throw new Error('A kept sample changed.');
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives a file whose pixels outside are the source\'s, in 8 and 16 bits', async () => {
    for (const depth of [8, 16] as const) {
      const example: Case = { width: 64, height: 48, model: { width: 34, height: 26 }, channels: 4, depth, profiled: false, brushed: false, seed: 8 };
      const [source, before, layer] = [sourceOf(example), sourceOf(example), layerOf(example)];
      composite(source, layer);
      const opened = await decode(await encode(source, { format: 'png', quality: 100 }), { source: 'png', pixelsMax: 1e6 });
      expect([opened.depth, opened.channels]).toEqual([depth, 4]);
      expect(differingBytes(before.data, opened.data, weightsOf(layer))).toBe(0);
    }
  });

  it('writes colours so that they look the same in every depth and profile', () => {
    const flat = (depth: 8 | 16, icc?: Buffer): number[] => {
      const source: Picture = { width: 4, height: 4, channels: 3, depth, data: new (depth === 16 ? Uint16Array : Uint8Array)(48), ...(icc && { icc }) };
      const size = { width: 4, height: 4 };
      const edited = { ...size, data: Uint8Array.from({ length: 48 }, (_, at) => [255, 0, 0][at % 3]!) };
      composite(source, { edited, geometry: { source: size, resized: size, crop: { left: 0, top: 0, ...size } }, placement: inPlace, colours: sameColours(), mask: { ...size, data: new Uint8Array(16).fill(255) } });
      return [...source.data.subarray(0, 3)];
    };
    expect(flat(8)).toEqual([255, 0, 0]);
    expect(flat(16)).toEqual([65_535, 0, 0]);
    expect(flat(8, displayP3())).toEqual([234, 51, 35]);
  });

  it('mixes light, not codes', () => {
    const size = { width: 1, height: 1 };
    const source: Picture = { ...size, channels: 3, depth: 8, data: new Uint8Array(3) };
    const edited = { ...size, data: new Uint8Array(3).fill(255) };
    composite(source, { edited, geometry: { source: size, resized: size, crop: { left: 0, top: 0, ...size } }, placement: inPlace, colours: sameColours(), mask: { ...size, data: Uint8Array.of(128) } });
    expect([...source.data]).toEqual([188, 188, 188]);
  });
});

describe('differingBytes', () => {
  it('sees every byte that changed where the weight is 0, and only there', () => {
    const before = Uint16Array.of(1, 2, 3, 4, 5, 6);
    expect(differingBytes(before, Uint16Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(0, 0))).toBe(0);
    expect(differingBytes(before, Uint16Array.of(1, 2, 259, 4, 5, 0x0206), Uint8Array.of(0, 0))).toBe(2);
    expect(differingBytes(before, Uint16Array.of(9, 2, 3, 4, 5, 6), Uint8Array.of(1, 0))).toBe(0);
  });
});

describe('boundingBox', () => {
  it('is as small as can be, and absent where nothing is marked', () => {
    const data = new Uint8Array(20);
    expect(boundingBox({ width: 5, height: 4, data })).toBeUndefined();
    data[7] = 1;
    data[13] = 1;
    expect(boundingBox({ width: 5, height: 4, data })).toEqual({ left: 2, top: 1, width: 2, height: 2 });
  });
});
