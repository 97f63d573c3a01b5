import { describe, expect, it } from '@jest/globals';
import type { Plan, PlanOperation, Region } from '@flux-context/instructions';
import type { Mask, Picture } from '@flux-context/picture';
import { apply } from './apply.js';

const pixelsMax = 100_000;
const plan = (...operations: PlanOperation[]): Plan => ({ version: 1, operations });
const chart = (channels: 3 | 4 = 3, depth: 8 | 16 = 8): Picture => {
  const samples = Array.from({ length: 40 * 30 * channels }, (_, at) => (at * 7_919) % (depth === 16 ? 65_521 : 251));
  return { width: 40, height: 30, channels, depth, data: depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples) };
};
const changedPixels = (before: Picture, after: Picture): [number, number][] => {
  const found: [number, number][] = [];
  for (let pixel = 0; pixel < before.width * before.height; pixel += 1) {
    const at = pixel * before.channels;
    if (before.data.subarray(at, at + before.channels).some((sample, c) => sample !== after.data[at + c])) found.push([pixel % before.width, Math.floor(pixel / before.width)]);
  }
  return found;
};
const maskOf = (weight: (x: number, y: number) => number): Mask => ({ width: 40, height: 30, data: Uint8Array.from({ length: 1_200 }, (_, at) => weight(at % 40, Math.floor(at / 40))) });
const invert = (region?: Region): PlanOperation => (region ? { op: 'invert', region } : { op: 'invert' });
const box: Region = { kind: 'box', box: { x: 0.25, y: 0.5, width: 0.5, height: 0.5 } };

describe('apply', () => {
  it('changes a box and nothing outside it, in every depth, with and without alpha', async () => {
    for (const depth of [8, 16] as const) {
      for (const channels of [3, 4] as const) {
        const changed = changedPixels(chart(channels, depth), await apply(chart(channels, depth), plan(invert(box)), { pixelsMax }));
        expect(changed).toHaveLength(20 * 15);
        expect(changed.every(([x, y]) => x >= 10 && x < 30 && y >= 15)).toBe(true);
      }
    }
  });

  it('changes what a mask marks, by its grey, and nothing where it is black', async () => {
    const before = chart();
    const after = await apply(chart(), plan(invert({ kind: 'mask' })), { pixelsMax, mask: maskOf((x, y) => (x === 7 && y === 3 ? 255 : x === 9 && y === 20 ? 51 : 0)) });
    expect(changedPixels(before, after)).toEqual([[7, 3], [9, 20]]);
    const [full, fifth] = [(3 * 40 + 7) * 3, (20 * 40 + 9) * 3];
    expect(after.data[full]).toBe(255 - before.data[full]!);
    expect(after.data[fifth]).toBe(Math.round(before.data[fifth]! + (255 - 2 * before.data[fifth]!) / 5));
  });

  it('takes the mask along when the picture is cropped, turned and padded', async () => {
    const mask = maskOf((x, y) => (x === 25 && y === 4 ? 255 : 0));
    const moves: PlanOperation[] = [
      { op: 'crop', to: { kind: 'trim', side: 'left', by: { unit: 'px', value: 20 } } },
      { op: 'rotate', degrees: 90 },
      { op: 'pad', to: { kind: 'sides', sides: ['top'], by: { unit: 'px', value: 10 } }, fill: '#ffffff' },
    ];
    const before = await apply(chart(), plan(...moves), { pixelsMax });
    const after = await apply(chart(), plan(...moves, invert({ kind: 'mask' })), { pixelsMax, mask });
    expect(changedPixels(before, after)).toEqual([[25, 15]]);
  });

  it('leaves everything as it is under an empty mask, and refuses one of another size', async () => {
    const empty = await apply(chart(), plan(invert({ kind: 'mask' })), { pixelsMax, mask: maskOf(() => 0) });
    expect(changedPixels(chart(), empty)).toEqual([]);
    await expect(apply(chart(), plan(invert()), { pixelsMax, mask: { width: 4, height: 4, data: new Uint8Array(16) } })).rejects.toMatchObject({ code: 'mask.mismatch' });
    await expect(apply(chart(), plan(invert({ kind: 'mask' })), { pixelsMax })).rejects.toMatchObject({ code: 'mask.mismatch' });
  });

  it('refuses a step that would be too large before it is made, whatever comes after', async () => {
    const operations = [{ op: 'resize', to: { kind: 'scale', factor: 100 } }, { op: 'resize', to: { kind: 'width', width: 10 } }] as const;
    await expect(apply(chart(), plan(...operations), { pixelsMax })).rejects.toMatchObject({ code: 'picture.too_many_pixels' });
  });

  it('tells each step as it begins', async () => {
    const steps: [number, number][] = [];
    await apply(chart(), plan(invert(), invert(box)), { pixelsMax, onStep: (step, of) => steps.push([step, of]) });
    expect(steps).toEqual([[1, 2], [2, 2]]);
  });

  it('gives the same bytes every time', async () => {
    const chain = plan({ op: 'straighten', degrees: 3 }, { op: 'resize', to: { kind: 'width', width: 25 } }, { op: 'rotate', degrees: 12 }, { op: 'saturation', amount: 0.3 });
    const [once, again] = [await apply(chart(), chain, { pixelsMax }), await apply(chart(), chain, { pixelsMax })];
    expect(changedPixels(once, again)).toEqual([]);
  });
});
