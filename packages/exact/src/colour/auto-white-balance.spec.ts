import { describe, expect, it } from '@jest/globals';
import type { Picture } from '@flux-context/picture';
import { autoWhiteBalance } from './auto-white-balance.js';
import { chart, pictureOf } from './fixtures/chart.js';
import { temperature } from './temperature.js';
import { tint } from './tint.js';

const context = { references: [], pixelsMax: 1e6 };
const balance = async (picture: Picture) => (await autoWhiteBalance.apply(picture, { op: 'autoWhiteBalance' }, context)).data;
/** How far the greys of the chart (its rows 24 to 27) are from grey, on average. */
const cast = (data: Picture['data']): number => {
  const greys = data.subarray(24 * 48 * 3, 28 * 48 * 3);
  let sum = 0;
  for (let i = 0; i < greys.length; i += 3) sum += Math.max(...greys.subarray(i, i + 3)) - Math.min(...greys.subarray(i, i + 3));
  return (sum / greys.length) * 3;
};

describe('autoWhiteBalance', () => {
  it.each([0.5, -0.5])('takes most of a temperature cast of %d away', async (amount) => {
    const picture = await temperature.apply(chart(), { op: 'temperature', amount }, context);
    const before = cast(picture.data);
    expect(cast(await balance(picture))).toBeLessThan(before * 0.5);
  });

  it.each([0.5, -0.5])('takes most of a tint of %d away', async (amount) => {
    const picture = await tint.apply(chart(), { op: 'tint', amount }, context);
    const before = cast(picture.data);
    expect(cast(await balance(picture))).toBeLessThan(before * 0.5);
  });

  it('hardly touches a picture in daylight', async () => {
    expect(cast(await balance(chart()))).toBeLessThan(4);
  });

  it('does not take a colourful thing for coloured light', async () => {
    const flower = [...Array.from({ length: 30 }, () => [240, 170, 100] as const), ...Array.from({ length: 70 }, () => [5, 60, 65] as const)];
    const before = [...pictureOf(...flower).data];
    const after = await balance(pictureOf(...flower));
    expect(Math.max(...before.map((v, i) => Math.abs(v - after[i]!)))).toBeLessThan(10);
  });

  it('leaves blown-out white white under any light', async () => {
    const warm = [...Array.from({ length: 50 }, () => [180, 150, 110] as const), [255, 255, 255] as const];
    expect([...(await balance(pictureOf(...warm))).subarray(-3)]).toEqual([255, 255, 255]);
  });

  it('has nothing to say about black', async () => {
    expect([...(await balance(pictureOf([0, 0, 0], [1, 0, 0])))]).toEqual([0, 0, 0, 1, 0, 0]);
  });
});
