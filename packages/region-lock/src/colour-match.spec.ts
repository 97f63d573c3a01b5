import { describe, expect, it } from '@jest/globals';
import { asModelGives, edited, scene, tints } from '../bench/synthetic.mjs';
import { applyColours, matchColours, sameColours } from './colour-match.js';
import { rasterOf, reduced } from './raster.js';

const picture = scene(320, 240, 9);
const soft = (image: typeof picture | { width: number; height: number; data: Uint8Array }) => reduced(rasterOf(image), 7);
const never = (): boolean => false;

describe('matchColours', () => {
  it.each(['warm', 'faded'] as const)('undoes a %s tint to a level, though a quarter of the picture is edited', (name) => {
    const after = edited(picture, { kind: 'recolour', seed: 1, size: 0.33, at: [0.5, 0.5] });
    const given = asModelGives(after, { tint: tints[name], noise: 1 });
    const map = matchColours(soft(picture), soft(given), never);
    const out = new Float64Array(3);
    const errors: number[] = [];
    for (let at = 0; at < picture.data.length; at += 3 * 97) {
      const [r, g, b] = [picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!];
      applyColours(map, Float64Array.from(tints[name], (row) => row[0] * r + row[1] * g + row[2] * b + row[3]), 0, out, 0);
      errors.push(Math.abs(out[0]! - r), Math.abs(out[1]! - g), Math.abs(out[2]! - b));
    }
    expect(errors.toSorted((a, b) => a - b)[Math.floor(errors.length * 0.95)]).toBeLessThan(1.5);
  });

  it('changes nothing where there is no drift', () => {
    expect(matchColours(soft(picture), soft(picture), never)).toEqual(sameColours());
  });

  it('does not mistake a picture in black and white for drift', () => {
    const grey = { ...picture, data: picture.data.map((_, at) => picture.data[at - (at % 3) + 1]!) };
    const map = matchColours(soft(picture), soft(grey), never);
    expect(map.every((value) => Number.isFinite(value))).toBe(true);
    const twice = matchColours(soft({ ...picture, data: new Uint8Array(picture.data.length) }), soft(picture), never);
    expect(twice).toEqual(sameColours());
  });

  it('looks only where it may', () => {
    const after = edited(picture, { kind: 'object', seed: 1, size: 0.5, at: [0.8, 0.5] });
    const given = asModelGives(after, { tint: tints.warm });
    const [one, other] = [soft(picture), soft(given)];
    const isRight = (pixel: number): boolean => pixel % one.width > (one.width * 120) / 320;
    const map = matchColours(one, other, isRight);
    const out = new Float64Array(3);
    applyColours(map, Float64Array.from(tints.warm, (row) => row[0] * 120 + row[1] * 110 + row[2] * 90 + row[3]), 0, out, 0);
    expect([...out].map(Math.round)).toEqual([120, 110, 90]);
  });
});
