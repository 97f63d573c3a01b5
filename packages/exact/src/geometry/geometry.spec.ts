import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, double, integer, oneof, record, subarray, type Arbitrary } from 'fast-check';
import { anchors, outputSize, sides, type Plan, type PlanOperation } from '@flux-context/instructions';
import type { Picture } from '@flux-context/picture';
import { apply } from '../apply.js';

const pixelsMax = 500_000;
const chart = (width: number, height: number, channels: 3 | 4 = 3, depth: 8 | 16 = 8): Picture => {
  const samples = Array.from({ length: width * height * channels }, (_, at) => (at * 7_919) % (depth === 16 ? 65_521 : 251));
  return { width, height, channels, depth, data: depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples) };
};
/** A picture whose red tells the place: 1 2 3 / 4 5 6. */
const six = (): Picture => ({ width: 3, height: 2, channels: 3, depth: 8, data: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((red) => [red, 0, 9])) });
const plan = (...operations: PlanOperation[]): Plan => ({ version: 1, operations });
const reds = (picture: Picture): number[][] =>
  Array.from({ length: picture.height }, (_, y) => Array.from({ length: picture.width }, (_, x) => picture.data[(y * picture.width + x) * picture.channels]!));
const after = async (...operations: PlanOperation[]): Promise<number[][]> => reds(await apply(six(), plan(...operations), { pixelsMax }));
const pixel = (picture: Picture, x: number, y: number): number[] => {
  const at = (y * picture.width + x) * picture.channels;
  return [...picture.data.subarray(at, at + picture.channels)];
};

const part = double({ min: 0.01, max: 1, noNaN: true });
const side = integer({ min: 1, max: 120 });
const length = oneof(side.map((value) => ({ unit: 'px' as const, value })), part.map((value) => ({ unit: 'fraction' as const, value })));
const anchor = constantFrom(...anchors);
const aspect = record({ width: integer({ min: 1, max: 21 }), height: integer({ min: 1, max: 21 }) });
const box = record({ x: part, y: part, width: part, height: part }).map((b) => ({ x: b.x / 2, y: b.y / 2, width: b.width / 2, height: b.height / 2 }));
const kind = <K extends string>(name: K) => constantFrom(name);
const colour = constantFrom('#20c040', undefined);
const filled = <T extends object>(operation: T, fill: string | undefined) => (fill ? { ...operation, fill } : operation);

const operation: Arbitrary<PlanOperation> = oneof<Arbitrary<PlanOperation>[]>(
  oneof(
    record({ kind: kind('aspect'), aspect, anchor }),
    record({ kind: kind('size'), width: length, height: length, anchor }),
    record({ kind: kind('box'), box }),
    record({ kind: kind('trim'), side: constantFrom(...sides), by: length }),
  ).map((to) => ({ op: 'crop', to })),
  record({ degrees: oneof(constantFrom(-360, -90, 0, 45, 60, 90, 180, 270), double({ min: -360, max: 360, noNaN: true })), fill: colour }).map(({ degrees, fill }) => filled({ op: 'rotate' as const, degrees }, fill)),
  double({ min: -45, max: 45, noNaN: true }).map((degrees) => ({ op: 'straighten', degrees })),
  constantFrom('horizontal' as const, 'vertical' as const).map((axis) => ({ op: 'flip', axis })),
  oneof(
    record({ kind: kind('width'), width: side }),
    record({ kind: kind('height'), height: side }),
    record({ kind: kind('longEdge'), longEdge: side }),
    record({ kind: kind('shortEdge'), shortEdge: side }),
    record({ kind: kind('size'), width: side, height: side, fit: constantFrom('inside' as const, 'fill' as const, 'cover' as const) }),
    record({ kind: kind('scale'), factor: double({ min: 0.05, max: 3, noNaN: true }) }),
  ).map((to) => ({ op: 'resize', to })),
  record({
    to: oneof(
      record({ kind: kind('aspect'), aspect, anchor }),
      record({ kind: kind('size'), width: side, height: side, anchor }),
      record({ kind: kind('sides'), sides: subarray([...sides], { minLength: 1 }), by: length }),
    ),
    fill: colour,
  }).map(({ to, fill }) => filled({ op: 'pad' as const, to }, fill)),
);

describe('geometry', () => {
  it('makes the very size that was promised from the plan alone, or refuses as promised', async () => {
    await assert(
      asyncProperty(side, side, constantFrom<(3 | 4)[]>(3, 4), constantFrom<(8 | 16)[]>(8, 16), array(operation, { minLength: 1, maxLength: 3 }), async (width, height, channels, depth, operations) => {
        const promised = outputSize(plan(...operations), { width, height });
        const expected = 'code' in promised ? promised.code : promised.pixelsMax > pixelsMax ? 'picture.too_many_pixels' : [promised.width, promised.height];
        const made = await apply(chart(width, height, channels, depth), plan(...operations), { pixelsMax }).then(
          (picture) => {
            expect(picture.data.length).toBe(picture.width * picture.height * picture.channels);
            expect(picture.depth).toBe(depth);
            return [picture.width, picture.height];
          },
          (error: { code?: string }) => error.code ?? error,
        );
        expect('code' in promised && made === 'picture.too_many_pixels' ? promised.code : made).toEqual(expected);
      }),
      { numRuns: 250 },
    );
  });

  it('crops by moving pixels only', async () => {
    const anchored = (anchor: 'left' | 'right') => ({ op: 'crop' as const, to: { kind: 'aspect' as const, aspect: { width: 1, height: 1 }, anchor } });
    expect(await after(anchored('left'))).toEqual([[1, 2], [4, 5]]);
    expect(await after(anchored('right'))).toEqual([[2, 3], [5, 6]]);
    expect(await after({ op: 'crop', to: { kind: 'trim', side: 'top', by: { unit: 'px', value: 1 } } })).toEqual([[4, 5, 6]]);
    expect(await after({ op: 'crop', to: { kind: 'box', box: { x: 1 / 3, y: 0.5, width: 2 / 3, height: 0.5 } } })).toEqual([[5, 6]]);
  });

  it('turns clockwise by quarters and mirrors, by moving pixels only', async () => {
    expect(await after({ op: 'rotate', degrees: 90 })).toEqual([[4, 1], [5, 2], [6, 3]]);
    expect(await after({ op: 'rotate', degrees: -90 })).toEqual([[3, 6], [2, 5], [1, 4]]);
    expect(await after({ op: 'rotate', degrees: 180 })).toEqual([[6, 5, 4], [3, 2, 1]]);
    expect(await after({ op: 'rotate', degrees: 360 })).toEqual([[1, 2, 3], [4, 5, 6]]);
    expect(await after({ op: 'flip', axis: 'horizontal' })).toEqual([[3, 2, 1], [6, 5, 4]]);
    expect(await after({ op: 'flip', axis: 'vertical' })).toEqual([[4, 5, 6], [1, 2, 3]]);
    expect(await after({ op: 'straighten', degrees: 0 })).toEqual([[1, 2, 3], [4, 5, 6]]);
  });

  it('pads with the colour asked for, or with nothing at all, around untouched pixels', async () => {
    const to = { kind: 'sides' as const, sides: ['left' as const, 'bottom' as const], by: { unit: 'px' as const, value: 1 } };
    expect(await after({ op: 'pad', to, fill: '#ff8000' })).toEqual([[255, 1, 2, 3], [255, 4, 5, 6], [255, 255, 255, 255]]);
    const clear = await apply(six(), plan({ op: 'pad', to }), { pixelsMax });
    expect([pixel(clear, 0, 0), pixel(clear, 1, 0)]).toEqual([[0, 0, 0, 0], [1, 0, 9, 255]]);
    const deep = await apply(chart(4, 4, 3, 16), plan({ op: 'pad', to, fill: '#ff8000' }), { pixelsMax });
    expect(pixel(deep, 0, 4)).toEqual([65_535, 32_896, 0]);
  });

  it('turns a plain picture by any angle without a stain, and straightens it without empty corners', async () => {
    const plain = (): Picture => ({ width: 90, height: 60, channels: 3, depth: 8, data: new Uint8Array(90 * 60 * 3).fill(77) });
    for (const degrees of [-45, -17.3, -2, 0.4, 5, 30]) {
      const straight = await apply(plain(), plan({ op: 'straighten', degrees }), { pixelsMax });
      expect([degrees, straight.channels, straight.data.every((sample) => sample === 77)]).toEqual([degrees, 3, true]);
      const turned = await apply(plain(), plan({ op: 'rotate', degrees }), { pixelsMax });
      expect(pixel(turned, Math.floor(turned.width / 2), Math.floor(turned.height / 2))).toEqual([77, 77, 77, 255]);
      for (let at = 0; at < turned.data.length; at += 4) if (turned.data[at + 3]! > 0) expect(turned.data[at]).toBe(77);
    }
    const corner = await apply(plain(), plan({ op: 'rotate', degrees: 30, fill: '#102030' }), { pixelsMax });
    expect(pixel(corner, 0, 0)).toEqual([16, 32, 48]);
  });

  it('scales by averaging, covers by cutting from the middle', async () => {
    const halves: Picture = { width: 40, height: 20, channels: 3, depth: 8, data: Uint8Array.from({ length: 40 * 20 * 3 }, (_, at) => ((Math.floor(at / 3) % 40) < 20 ? 0 : 200)) };
    const small = await apply({ ...halves, data: halves.data.slice() }, plan({ op: 'resize', to: { kind: 'size', width: 4, height: 4, fit: 'fill' } }), { pixelsMax });
    expect([pixel(small, 0, 1)[0], pixel(small, 3, 1)[0]].map((value, at) => Math.abs(value! - [0, 200][at]!) <= 6)).toEqual([true, true]);
    const cover = await apply({ ...halves, data: halves.data.slice() }, plan({ op: 'resize', to: { kind: 'size', width: 20, height: 20, fit: 'cover' } }), { pixelsMax });
    expect([cover.data[0], cover.data[19 * 3]]).toEqual([0, 200]);
    expect(reds(cover)[5]!.filter((red) => red === 0)).toHaveLength(10);
  });
});
