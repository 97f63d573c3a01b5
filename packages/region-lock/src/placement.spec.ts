import { describe, expect, it } from '@jest/globals';
import { fit, prepare, type Fit, type Geometry } from '@flux-context/picture';
import { assert, integer, property } from 'fast-check';
import { boxInSource, sourceToModel } from './placement.js';
import { WeightRows } from './weight-rows.js';

const rules: Fit = { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 128 * 128, minSide: 64, maxAspect: 8 };

describe('sourceToModel', () => {
  it('knows where preparing a picture put its pixels', () => {
    // A picture whose red is x and whose green is y: a model's pixel must show the place that it is said to lie at.
    const [width, height] = [250, 200];
    const data = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel += 1) data.set([pixel % width, Math.floor(pixel / width)], pixel * 3);
    const geometry = fit({ width, height }, rules);
    const model = prepare({ width, height, data }, geometry);
    const { x, y } = sourceToModel(geometry);
    for (const [column, row] of [[10, 10], [70, 40], [100, 90]] as const) {
      const at = (row * model.width + column) * 3;
      expect(Math.abs((column - x.offset) / x.scale - model.data[at]!)).toBeLessThan(0.6);
      expect(Math.abs((row - y.offset) / y.scale - model.data[at + 1]!)).toBeLessThan(0.6);
    }
  });
});

describe('boxInSource', () => {
  it('holds every pixel of the source that a mask reaches', () => {
    const size = integer({ min: 1, max: 60 });
    assert(
      property(size, size, integer({ min: 4, max: 50 }), integer({ min: 4, max: 50 }), integer({ min: 0, max: 10_000 }), (width, height, toWidth, toHeight, at) => {
        const crop = { left: 1, top: 2, width: toWidth - 2, height: toHeight - 3 };
        const geometry: Geometry = { source: { width, height }, resized: { width: toWidth, height: toHeight }, crop };
        const mask = { width: crop.width, height: crop.height, data: new Uint8Array(crop.width * crop.height) };
        const pixel = at % mask.data.length;
        mask.data[pixel] = 255;
        const box = boxInSource({ left: pixel % crop.width, top: Math.floor(pixel / crop.width), width: 1, height: 1 }, geometry);
        const rows = new WeightRows(mask, sourceToModel(geometry), { left: 0, top: 0, width, height }, undefined);
        for (let y = 0; y < height; y += 1) {
          const row = rows.row(y);
          for (let x = 0; x < width; x += 1) {
            const isWithin = x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
            if (row[x]! > 0 && !isWithin) throw new Error(`(${x}, ${y}) lies outside.`);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
