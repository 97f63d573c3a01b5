import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { lightAndColourOperations, plan, type Plan, type PlanOperation } from '@flux-context/instructions';
import type { Picture } from '@flux-context/picture';
import { assert, asyncProperty, constant, constantFrom, double, oneof, record, type Arbitrary } from 'fast-check';
import { apply } from '../apply.js';
import { chart, deepened, withAlpha } from './fixtures/chart.js';
import { dull, typical } from './fixtures/typical.js';
import { lightAndColour } from './index.js';

const none: readonly PlanOperation[] = [
  { op: 'brightness', amount: 0 },
  { op: 'exposure', stops: 0 },
  { op: 'contrast', amount: 0 },
  { op: 'gamma', gamma: 1 },
  { op: 'shadows', amount: 0 },
  { op: 'highlights', amount: 0 },
  { op: 'saturation', amount: 0 },
  { op: 'vibrance', amount: 0 },
  { op: 'temperature', amount: 0 },
  { op: 'tint', amount: 0 },
  { op: 'hue', degrees: 0 },
  { op: 'hue', degrees: 360 },
  { op: 'blackAndWhite', strength: 0 },
  { op: 'sepia', strength: 0 },
  { op: 'localContrast', strength: 0 },
  { op: 'colourMatch', reference: 0, strength: 0 },
];

const run = (picture: Picture, operation: PlanOperation) =>
  apply(picture, plan.parse({ version: 1, operations: [operation] } satisfies Plan), { references: [dull()], pixelsMax: 1e6 });
const digest = (data: Uint8Array | Uint16Array) => createHash('sha256').update(data).digest('hex');
const bytes = ({ data }: Picture) => digest(data);
const channel = ({ data }: Picture, wanted: (at: number) => boolean) => digest(data.filter((_, at) => wanted(at)));
const named = (operations: readonly PlanOperation[]) => operations.map((operation) => [JSON.stringify(operation), operation] as const);

describe('light and colour operations', () => {
  it('cover the plan, each under its own name', () => {
    const names = lightAndColourOperations.map((schema) => schema.shape.op.value);
    expect(Object.keys(lightAndColour)).toEqual(names);
    expect(Object.values(lightAndColour).map(({ name }) => name)).toEqual(names);
    expect(typical.map(({ op }) => op)).toEqual(names);
  });

  it.each(named(none))('%s changes no byte', async (_name, operation) => {
    expect(bytes(await run(chart(), operation))).toBe(bytes(chart()));
  });

  it.each(named(typical))('%s changes something, in place, and the same each time', async (_name, operation) => {
    const picture = operation.op.startsWith('auto') ? dull() : chart();
    const before = picture.data.slice();
    const after = await run(picture, operation);
    expect(after).toBe(picture);
    expect(bytes(after)).not.toBe(bytes({ ...picture, data: before }));
    expect(bytes(await run({ ...picture, data: before }, operation))).toBe(bytes(after));
  });

  it.each(named(typical))('%s leaves alpha alone and colours opaque pixels as without it', async (_name, operation) => {
    const solid = withAlpha(chart());
    for (let i = 3; i < solid.data.length; i += 4) solid.data[i] = 255;
    const [plain, opaque, mixed] = [await run(chart(), operation), await run(solid, operation), await run(withAlpha(chart()), operation)];
    expect(channel(opaque, (at) => at % 4 !== 3)).toBe(bytes(plain));
    expect(channel(mixed, (at) => at % 4 === 3)).toBe(channel(withAlpha(chart()), (at) => at % 4 === 3));
  });

  /** A local curve may be three times as steep as the picture was, so there the rounding of the grey counts for more. */
  it.each(named(typical))('%s gives in 16 bits what it gives in 8', async (_name, operation) => {
    const [plain, fine] = [await run(chart(), operation), await run(deepened(chart()), operation)];
    const steps = Math.max(...Array.from(plain.data, (v, i) => Math.abs(fine.data[i]! / 257 - v)));
    expect(steps).toBeLessThanOrEqual(operation.op === 'localContrast' ? 2 : 1);
  });

  it.each(named(typical))('%s touches no byte outside its region', async (_name, operation) => {
    const box = { kind: 'box', box: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } } as const;
    const [before, after] = [chart(), await run(chart(), { ...operation, region: box } as PlanOperation)];
    const outside = (at: number) => {
      const [x, y] = [Math.floor(at / 3) % 48, Math.floor(at / 144)];
      return x < 12 || x >= 36 || y < 8 || y >= 24;
    };
    expect(channel(after, outside)).toBe(channel(before, outside));
  });
});

const amount = double({ min: -1, max: 1, noNaN: true });

describe('tone on a ramp of greys', () => {
  const operation: Arbitrary<PlanOperation> = oneof(
    record({ op: constantFrom('brightness', 'contrast', 'shadows', 'highlights', 'saturation', 'vibrance'), amount }) as Arbitrary<PlanOperation>,
    record({ op: constant('exposure' as const), stops: double({ min: -5, max: 5, noNaN: true }) }),
    record({ op: constant('gamma' as const), gamma: double({ min: 0.1, max: 10, noNaN: true }) }),
    record({ op: constant('hue' as const), degrees: double({ min: -360, max: 360, noNaN: true }) }),
  );

  it('never turns a lighter grey darker than a darker one, and keeps grey grey, at any strength', async () => {
    await assert(
      asyncProperty(operation, async (drawn) => {
        const ramp: Picture = { width: 256, height: 1, channels: 3, depth: 8, data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)) };
        const { data } = await run(ramp, drawn);
        const greys = data.filter((_, i) => i % 3 === 0);
        expect(data.every((v, i) => v === greys[Math.floor(i / 3)])).toBe(true);
        expect(greys.every((v, i) => i === 0 || v >= greys[i - 1]!)).toBe(true);
      }),
    );
  });
});
