import { describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, boolean, constantFrom, integer, property } from 'fast-check';
import { extend, transparent } from './canvas.js';
import { extract, paste } from './extract.js';
import type { Picture } from './picture.js';
import { resize, rotateBy } from './resample.js';
import { flip, rotateQuarter } from './turn.js';

/** A picture in which every sample tells its place. */
const chart = (width: number, height: number, channels: 3 | 4 = 3, depth: 8 | 16 = 8): Picture => {
  const samples = Array.from({ length: width * height * channels }, (_, at) => (at * 7_919) % (depth === 16 ? 65_536 : 256));
  return { width, height, channels, depth, data: depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples) };
};
/** 8 bits as a Buffer, which is what decoding gives. */
const copy = (picture: Picture): Picture => ({ ...picture, data: picture.depth === 8 ? Buffer.from(picture.data) : picture.data.slice() });
const pixel = (picture: Picture, x: number, y: number): number[] => {
  const at = (y * picture.width + x) * picture.channels;
  return [...picture.data.subarray(at, at + picture.channels)];
};

const side = integer({ min: 1, max: 140 });
const same = (a: Picture, b: Picture): boolean =>
  a.width === b.width && a.height === b.height && a.channels === b.channels && a.depth === b.depth && Buffer.compare(Buffer.from(a.data.buffer, a.data.byteOffset, a.data.byteLength), Buffer.from(b.data.buffer, b.data.byteOffset, b.data.byteLength)) === 0;
const channels = constantFrom<(3 | 4)[]>(3, 4);
const depth = constantFrom<(8 | 16)[]>(8, 16);

describe('what moves samples only', () => {
  it('turns by quarters so that every pixel lands where it belongs', async () => {
    await assert(
      asyncProperty(side, side, channels, depth, async (width, height, channels, depth) => {
        const source = chart(width, height, channels, depth);
        const [once, twice, thrice] = [await rotateQuarter(source, 1), await rotateQuarter(source, 2), await rotateQuarter(source, 3)];
        expect([once.width, once.height, twice.width, thrice.width]).toEqual([height, width, width, height]);
        const [x, y] = [Math.floor(width / 3), Math.floor(height / 2)];
        expect(pixel(once, height - 1 - y, x)).toEqual(pixel(source, x, y));
        expect(pixel(twice, width - 1 - x, height - 1 - y)).toEqual(pixel(source, x, y));
        expect(pixel(thrice, y, width - 1 - x)).toEqual(pixel(source, x, y));
        expect(same(await rotateQuarter(await rotateQuarter(once, 2), 1), source)).toBe(true);
        expect(same(await rotateQuarter(thrice, 1), source)).toBe(true);
      }),
    );
  });

  it('mirrors, and mirrored twice is the same', () => {
    assert(
      property(side, side, channels, depth, (width, height, channels, depth) => {
        const source = chart(width, height, channels, depth);
        const [x, y] = [Math.floor(width / 3), Math.floor(height / 2)];
        expect(pixel(flip(copy(source), 'horizontal'), width - 1 - x, y)).toEqual(pixel(source, x, y));
        expect(pixel(flip(copy(source), 'vertical'), x, height - 1 - y)).toEqual(pixel(source, x, y));
        for (const axis of ['horizontal', 'vertical'] as const) expect(same(flip(flip(copy(source), axis), axis), source)).toBe(true);
      }),
    );
  });

  it('extracts and pastes exactly that box', () => {
    const source = chart(9, 7, 4, 16);
    const box = { left: 2, top: 1, width: 5, height: 4 };
    const part = extract(source, box);
    expect(pixel(part, 0, 0)).toEqual(pixel(source, 2, 1));
    expect(pixel(part, 4, 3)).toEqual(pixel(source, 6, 4));
    const whole = copy(source);
    paste(whole, part, 2, 1);
    expect(whole).toEqual(source);
  });

  it('lays a picture on a canvas, opaque or not', () => {
    const source = chart(3, 2, 3, 16);
    const white = extend(source, { width: 7, height: 5 }, { left: 1, top: 3 }, [255, 255, 255]);
    expect(pixel(white, 0, 0)).toEqual([65_535, 65_535, 65_535]);
    expect(extract(white, { left: 1, top: 3, width: 3, height: 2 })).toEqual(source);
    const clear = extend(source, { width: 7, height: 5 }, { left: 1, top: 3 }, transparent);
    expect(pixel(clear, 6, 4)).toEqual([0, 0, 0, 0]);
    expect(pixel(clear, 3, 4)).toEqual([...pixel(source, 2, 1), 65_535]);
  });
});

describe('what resamples', () => {
  /** Red grows along x, green along y: an interpolation that knows its place reproduces both exactly. */
  const ramp = (width: number, height: number, channels: 3 | 4): Picture => {
    const data = new Uint16Array(width * height * channels);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) data.set([x * 100 + 10_000, y * 100 + 10_000, 20_000, 65_535].slice(0, channels), (y * width + x) * channels);
    }
    return { width, height, channels, depth: 16, data };
  };

  it('turns by any angle about the very centre, for every size', async () => {
    await assert(
      asyncProperty(integer({ min: 3, max: 90 }), integer({ min: 3, max: 90 }), integer({ min: -1_800, max: 1_800 }), channels, boolean(), async (width, height, tenths, channels, odd) => {
        const radians = (tenths * Math.PI) / 1_800;
        const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
        const size = { width: Math.ceil(Math.abs(width * cos) + Math.abs(height * sin)) + Number(odd), height: Math.ceil(Math.abs(width * sin) + Math.abs(height * cos)) };
        const turned = await rotateBy(ramp(width, height, channels), tenths / 10, size, [0, 0, 0]);
        expect([turned.width, turned.height]).toEqual([size.width, size.height]);
        let worst = 0;
        for (let y = 0; y < size.height; y += 1) {
          for (let x = 0; x < size.width; x += 1) {
            const [dx, dy] = [x + 0.5 - size.width / 2, y + 0.5 - size.height / 2];
            const [sourceX, sourceY] = [cos * dx + sin * dy + width / 2 - 0.5, -sin * dx + cos * dy + height / 2 - 0.5];
            if (sourceX < 1 || sourceY < 1 || sourceX > width - 2 || sourceY > height - 2) continue;
            const at = (y * size.width + x) * channels;
            worst = Math.max(worst, Math.abs(turned.data[at]! - (sourceX * 100 + 10_000)), Math.abs(turned.data[at + 1]! - (sourceY * 100 + 10_000)));
          }
        }
        expect(worst).toBeLessThan(4);
      }),
      { numRuns: 60 },
    );
  });

  it('resizes to the exact size and keeps a flat colour flat, in every depth', async () => {
    for (const depth of [8, 16] as const) {
      for (const channels of [3, 4] as const) {
        const [level, full] = depth === 16 ? [51_234, 65_535] : [200, 255];
        const flat = chart(40, 30, channels, depth);
        for (let at = 0; at < flat.data.length; at += 1) flat.data[at] = at % channels === 3 ? full : level;
        for (const [width, height] of [[17, 5], [93, 71], [1, 1]] as const) {
          const scaled = await resize(copy(flat), width, height);
          expect([scaled.width, scaled.height, scaled.depth, scaled.data.length]).toEqual([width, height, depth, width * height * channels]);
          const deviations = Array.from(scaled.data, (value, at) => Math.abs(value - (at % channels === 3 ? full : level)));
          expect(Math.max(...deviations)).toBeLessThanOrEqual(depth === 16 ? 64 : 0);
        }
      }
    }
  });

  it('lets no hidden colour bleed out of transparent pixels', async () => {
    const data = new Uint8Array(40 * 40 * 4);
    for (let at = 0; at < data.length; at += 4) data.set(at % 160 < 80 ? [255, 255, 255, 255] : [255, 0, 0, 0], at);
    const scaled = await resize({ width: 40, height: 40, channels: 4, depth: 8, data }, 13, 13);
    for (let at = 0; at < scaled.data.length; at += 4) {
      if (scaled.data[at + 3]! > 8) expect(scaled.data[at + 1]).toBeGreaterThan(240);
    }
  });

  it('gives the same bytes every time', async () => {
    const source = chart(120, 80);
    expect(same(await resize(copy(source), 50, 50), await resize(copy(source), 50, 50))).toBe(true);
    const size = { width: 130, height: 100 };
    expect(same(await rotateBy(copy(source), 7, size, transparent), await rotateBy(copy(source), 7, size, transparent))).toBe(true);
  });
});
