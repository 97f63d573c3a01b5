import { describe, expect, it } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { randomOf } from '../bench/synthetic.mjs';
import { brushWeights, changeMask } from './change-mask.js';
import { squaredDistances } from './distance.js';

const [width, height] = [256, 192];
const floor = new Float32Array(width * height).fill(6);
/** Differences that are `inside` levels where `where` says so and 1 elsewhere. */
const differing = (inside: number, where: (x: number, y: number) => boolean): Float32Array =>
  Float32Array.from({ length: width * height }, (_, at) => (where(at % width, Math.floor(at / width)) ? inside : 1));
const at = (data: Uint8Array, x: number, y: number): number => data[y * width + x]!;
const box = (left: number, top: number, side: number) => (x: number, y: number): boolean => x >= left && x < left + side && y >= top && y < top + side;

describe('changeMask', () => {
  it('covers an edit wholly, grows a little and fades to nothing', () => {
    const { data } = changeMask(differing(20, box(100, 60, 40)), floor, width, height);
    for (const [x, y] of [[100, 60], [139, 60], [100, 99], [139, 99], [120, 80]] as const) expect(at(data, x, y)).toBe(255);
    expect(at(data, 98, 80)).toBe(255);
    expect(at(data, 80, 80)).toBe(0);
    expect(at(data, 120, 20)).toBe(0);
    const edge = Array.from({ length: 20 }, (_, step) => at(data, 100 - step, 80));
    expect(edge).toEqual(edge.toSorted((a, b) => b - a));
  });

  it('begins only where a difference is clear, and then follows it to the noise', () => {
    expect(changeMask(differing(11, box(100, 60, 40)), floor, width, height).data.some((value) => value > 0)).toBe(false);
    const uneven = differing(7, box(100, 60, 40));
    uneven[80 * width + 120] = 13;
    expect(at(changeMask(uneven, floor, width, height).data, 101, 61)).toBe(255);
  });

  it('drops specks, but not small strong edits', () => {
    expect(changeMask(differing(14, box(100, 60, 4)), floor, width, height).data.some((value) => value > 0)).toBe(false);
    expect(at(changeMask(differing(120, box(100, 60, 5)), floor, width, height).data, 102, 62)).toBe(255);
  });

  it('takes small islands along and leaves large ones to the source', () => {
    const ring = (inner: number) => differing(30, (x, y) => box(60, 40, 100)(x, y) && !box(110 - inner / 2, 90 - inner / 2, inner)(x, y));
    expect(at(changeMask(ring(12), floor, width, height).data, 110, 90)).toBe(255);
    expect(at(changeMask(ring(70), floor, width, height).data, 110, 90)).toBe(0);
  });
});

describe('brushWeights', () => {
  it('never exceeds the brush', () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), (seed) => {
        const random = randomOf(seed);
        const brush = Uint8Array.from({ length: 40 * 30 }, () => (random() < 0.5 ? 0 : Math.floor(random() * 256)));
        expect(brushWeights({ width: 40, height: 30, data: brush }).every((weight, pixel) => weight <= brush[pixel]!)).toBe(true);
      }),
    );
  });
});

describe('squaredDistances', () => {
  it('gives the distance to the nearest pixel that is set', () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), integer({ min: 1, max: 17 }), integer({ min: 1, max: 13 }), (seed, columns, rows) => {
        const random = randomOf(seed);
        const set = Uint8Array.from({ length: columns * rows }, () => (random() < 0.15 ? 1 : 0));
        set[Math.floor(random() * set.length)] = 1;
        const nearest = (pixel: number): number =>
          set.reduce((least, value, other) => (value === 1 ? Math.min(least, ((pixel % columns) - (other % columns)) ** 2 + (Math.floor(pixel / columns) - Math.floor(other / columns)) ** 2) : least), Infinity);
        expect([...squaredDistances(set, columns)]).toEqual(Array.from(set, (_, pixel) => nearest(pixel)));
      }),
    );
  });

  it('puts every pixel beyond every radius where none is set', () => {
    expect(Math.min(...squaredDistances(new Uint8Array(12), 4))).toBeGreaterThan(1e8);
  });
});
