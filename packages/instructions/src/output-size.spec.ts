import { describe, expect, it } from '@jest/globals';
import { outputSize } from './output-size.js';
import { cropBox, paddedCanvas } from './geometry.js';
import { plan, type Anchor, type PlanOperation } from './plan.js';

const photo = { width: 4_000, height: 3_000 };
const after = (...operations: PlanOperation[]): unknown => {
  const size = outputSize({ version: 1, operations }, photo);
  return 'code' in size ? size.code : [size.width, size.height];
};
const crop = (to: Extract<PlanOperation, { op: 'crop' }>['to']): PlanOperation => ({ op: 'crop', to });
const resize = (to: Extract<PlanOperation, { op: 'resize' }>['to']): PlanOperation => ({ op: 'resize', to });
const pad = (to: Extract<PlanOperation, { op: 'pad' }>['to']): PlanOperation => ({ op: 'pad', to });
const px = (value: number) => ({ unit: 'px' as const, value });
const part = (value: number) => ({ unit: 'fraction' as const, value });
const notApplicable = 'plan.not_applicable';

describe('outputSize', () => {
  it('crops to an aspect, a size, a box or by a side', () => {
    expect(after(crop({ kind: 'aspect', aspect: { width: 1, height: 1 }, anchor: 'centre' }))).toEqual([3_000, 3_000]);
    expect(after(crop({ kind: 'aspect', aspect: { width: 16, height: 9 }, anchor: 'top' }))).toEqual([4_000, 2_250]);
    expect(after(crop({ kind: 'size', width: px(1_200), height: part(0.5), anchor: 'centre' }))).toEqual([1_200, 1_500]);
    expect(after(crop({ kind: 'box', box: { x: 0.25, y: 0, width: 0.5, height: 1 / 3 } }))).toEqual([2_000, 1_000]);
    expect(after(crop({ kind: 'trim', side: 'left', by: part(0.1) }))).toEqual([3_600, 3_000]);
    expect(after(crop({ kind: 'trim', side: 'bottom', by: px(2_999) }))).toEqual([4_000, 1]);
  });

  it('says so when a crop does not fit or would leave nothing', () => {
    expect(after(crop({ kind: 'size', width: px(4_001), height: px(10), anchor: 'centre' }))).toBe(notApplicable);
    expect(after(crop({ kind: 'size', width: part(1.5), height: part(1), anchor: 'centre' }))).toBe(notApplicable);
    expect(after(crop({ kind: 'trim', side: 'top', by: px(3_000) }))).toBe(notApplicable);
    expect(after(crop({ kind: 'box', box: { x: 0, y: 0, width: 0.00001, height: 1 } }))).toBe(notApplicable);
    expect(after(crop({ kind: 'aspect', aspect: { width: 1_000, height: 0.1 }, anchor: 'centre' }))).toBe(notApplicable);
  });

  it('swaps the sides at a quarter turn, enlarges the canvas at others, and keeps the size at a whole turn', () => {
    expect(after({ op: 'rotate', degrees: 90 })).toEqual([3_000, 4_000]);
    expect(after({ op: 'rotate', degrees: -270 })).toEqual([3_000, 4_000]);
    expect(after({ op: 'rotate', degrees: 180 })).toEqual([4_000, 3_000]);
    expect(after({ op: 'rotate', degrees: -360 })).toEqual([4_000, 3_000]);
    expect(after({ op: 'rotate', degrees: 45 })).toEqual([4_950, 4_950]);
    expect(after({ op: 'rotate', degrees: 30 })).toEqual([4_965, 4_599]);
  });

  it('straightens to a rectangle of the same aspect that lies inside the turned picture', () => {
    for (const degrees of [-45, -7.3, -1, 0.5, 3, 20, 45]) {
      const [width, height] = after({ op: 'straighten', degrees }) as [number, number];
      expect(Math.abs(width / height - 4 / 3)).toBeLessThan(0.002);
      const [cos, sin] = [Math.cos((Math.abs(degrees) * Math.PI) / 180), Math.sin((Math.abs(degrees) * Math.PI) / 180)];
      expect(width * cos + height * sin).toBeLessThanOrEqual(photo.width + 1e-3);
      expect(width * sin + height * cos).toBeLessThanOrEqual(photo.height + 1e-3);
      expect((width + 2) * sin + (height + 2) * cos).toBeGreaterThan(photo.height);
    }
    expect(after({ op: 'straighten', degrees: 0 })).toEqual([4_000, 3_000]);
  });

  it('resizes in each way that can be asked for', () => {
    expect(after(resize({ kind: 'width', width: 1_200 }))).toEqual([1_200, 900]);
    expect(after(resize({ kind: 'height', height: 1_500 }))).toEqual([2_000, 1_500]);
    expect(after(resize({ kind: 'longEdge', longEdge: 1_000 }))).toEqual([1_000, 750]);
    expect(after(resize({ kind: 'shortEdge', shortEdge: 600 }))).toEqual([800, 600]);
    expect(after(resize({ kind: 'size', width: 1_000, height: 1_000, fit: 'inside' }))).toEqual([1_000, 750]);
    expect(after(resize({ kind: 'size', width: 1_000, height: 1_000, fit: 'fill' }))).toEqual([1_000, 1_000]);
    expect(after(resize({ kind: 'size', width: 500, height: 1_000, fit: 'cover' }))).toEqual([500, 1_000]);
    expect(after(resize({ kind: 'scale', factor: 2 }))).toEqual([8_000, 6_000]);
    expect(after(resize({ kind: 'scale', factor: 0.001 }), resize({ kind: 'scale', factor: 0.001 }))).toEqual([1, 1]);
  });

  it('pads to an aspect, a size or by sides, and never cuts', () => {
    expect(after(pad({ kind: 'aspect', aspect: { width: 1, height: 1 }, anchor: 'centre' }))).toEqual([4_000, 4_000]);
    expect(after(pad({ kind: 'aspect', aspect: { width: 16, height: 9 }, anchor: 'left' }))).toEqual([5_333, 3_000]);
    expect(after(pad({ kind: 'size', width: 4_000, height: 3_200, anchor: 'top' }))).toEqual([4_000, 3_200]);
    expect(after(pad({ kind: 'size', width: 3_999, height: 3_200, anchor: 'top' }))).toBe(notApplicable);
    expect(after(pad({ kind: 'sides', sides: ['left', 'left', 'bottom'], by: part(0.1) }))).toEqual([4_400, 3_300]);
  });

  it('keeps the size under light and colour, and refuses a region that holds no pixel', () => {
    expect(after({ op: 'invert' })).toEqual([4_000, 3_000]);
    expect(after({ op: 'invert', region: { kind: 'box', box: { x: 0.5, y: 0.5, width: 0.00001, height: 0.1 } } })).toBe(notApplicable);
  });

  it('names the largest picture on the way', () => {
    const chain = plan.parse({ version: 1, operations: [resize({ kind: 'scale', factor: 10 }), resize({ kind: 'width', width: 100 })] });
    expect(outputSize(chain, photo)).toEqual({ width: 100, height: 75, pixelsMax: 1_200_000_000 });
  });
});

describe('anchors', () => {
  it.each<[Anchor, number, number]>([
    ['top-left', 0, 0],
    ['top', 1, 0],
    ['top-right', 3, 0],
    ['left', 0, 2],
    ['centre', 1, 2],
    ['right', 3, 2],
    ['bottom-left', 0, 4],
    ['bottom', 1, 4],
    ['bottom-right', 3, 4],
  ])('%s keeps that part of a crop and places the picture there in a pad', (anchor, left, top) => {
    expect(cropBox({ kind: 'size', width: px(2), height: px(3), anchor }, { width: 5, height: 7 })).toEqual({ left, top, width: 2, height: 3 });
    expect(paddedCanvas({ kind: 'size', width: 5, height: 7, anchor }, { width: 2, height: 3 })?.picture).toEqual({ left, top, width: 2, height: 3 });
  });
});
