import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { apply } from '../apply.js';
import { chart } from './fixtures/chart.js';
import { dull, typical } from './fixtures/typical.js';

/** Portable pixmaps: a line of header and the bare samples, so that any viewer shows them. `DRAW_FIXTURES=1` draws them anew. */
const fileOf = (name: string) => new URL(`fixtures/${name}.ppm`, import.meta.url);
const header = Buffer.from('P6 48 32 255\n');

describe('regression pictures', () => {
  it.each(typical.map((operation) => [operation.op, operation] as const))('%s paints the chart as it always did, byte for byte', async (name, operation) => {
    const { data } = await apply(name.startsWith('auto') ? dull() : chart(), { version: 1, operations: [operation] }, { references: [dull()], pixelsMax: 1e6 });
    if (process.env['DRAW_FIXTURES']) writeFileSync(fileOf(name), Buffer.concat([header, Buffer.from(data)]));
    expect(existsSync(fileOf(name))).toBe(true);
    const expected = readFileSync(fileOf(name)).subarray(header.length);
    const different = [...data].filter((v, i) => v !== expected[i]).length;
    const furthest = Math.max(...Array.from(data, (v, i) => Math.abs(v - expected[i]!)));
    expect({ different, furthest, samples: data.length }).toEqual({ different: 0, furthest: 0, samples: expected.length });
  });
});
