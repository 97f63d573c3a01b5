import { describe, expect, it, jest } from '@jest/globals';
import { asModelGives, edited, scene, tints, type Fault } from '../bench/synthetic.mjs';
import { lumaOf } from './raster.js';
import { register, shiftAtCentre } from './registration.js';

jest.setTimeout(120_000);

const [width, height] = [400, 272];
const picture = scene(width, height, 5);
const registered = (after: { width: number; height: number; data: Uint8Array }, fault: Fault) => register(lumaOf(picture), lumaOf(asModelGives(after, fault)));

describe('register', () => {
  it.each<[number, number, number]>([[0, 0, 1], [3, -3, 1], [0.3, 1.7, 1], [0, 0, 1.01], [0, 0, 0.99], [-2.4, 0.9, 1.006], [1.1, 2.8, 0.992]])(
    'finds shift %d, %d and scale %d to a tenth of a pixel, under noise, tint and an edit',
    (x, y, scale) => {
      const after = edited(picture, { kind: 'object', seed: 2, size: 0.25 });
      const { placement, reframed } = registered(after, { shift: [x, y], scale, tint: tints.faded, noise: 1 });
      expect(reframed).toBe(false);
      const shift = shiftAtCentre(placement, picture);
      expect(Math.abs(shift.x - x)).toBeLessThan(0.1);
      expect(Math.abs(shift.y - y)).toBeLessThan(0.1);
      // A tenth of a pixel at the edge, too.
      expect(Math.abs(placement.x.scale - scale) * (width / 2)).toBeLessThan(0.15);
      expect(Math.abs(placement.y.scale - scale) * (height / 2)).toBeLessThan(0.15);
    },
  );

  it('is not led astray where nothing can be measured', () => {
    const flat = { width, height, data: new Uint8Array(width * height * 3).fill(90) };
    expect(register(lumaOf(flat), lumaOf(flat))).toEqual({ placement: { x: { scale: 1, offset: 0 }, y: { scale: 1, offset: 0 } }, reframed: false });
    const tiny = { width: 16, height: 16, data: new Uint8Array(16 * 16 * 3).fill(90) };
    expect(register(lumaOf(tiny), lumaOf(tiny)).reframed).toBe(false);
  });

  it('does not take another picture altogether for the same one moved', () => {
    const other = scene(width, height, 6);
    expect(register(lumaOf(picture), lumaOf(other)).placement).toEqual({ x: { scale: 1, offset: 0 }, y: { scale: 1, offset: 0 } });
  });

  it.each<Fault>([{ shift: [60, 0] }, { shift: [-20, 14] }, { scale: 1.08 }])('calls it reframed beyond what it puts right: %j', (fault) => {
    expect(registered(picture, { ...fault, noise: 0.5 })).toEqual({ placement: { x: { scale: 1, offset: 0 }, y: { scale: 1, offset: 0 } }, reframed: true });
  });
});
