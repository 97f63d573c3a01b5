import { describe, expect, it, jest } from '@jest/globals';
import { fit, prepare, type Fit, type Mask, type Picture, type PixelBox } from '@flux-context/picture';
import { asModelGives, edited, editKinds, measured, randomOf, scene, tints, type Fault } from '../bench/synthetic.mjs';
import type { Layer } from './composite.js';
import { applyChange, findChange, lockRegion, replaceWhole, type Edit } from './lock-region.js';
import { sourceToModel } from './placement.js';
import { WeightRows } from './weight-rows.js';
import { changedBox, lockZoom } from './zoom.js';

// Dozens of whole edits; on a busy machine they take their time.
jest.setTimeout(300_000);

/** As FLUX.2's rules, smaller. */
const rules: Fit = { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 288 * 288, minSide: 64, maxAspect: 8 };
const [width, height] = [480, 320];

const weightsOf = ({ mask, geometry, brush }: Layer): Uint8Array => {
  const { source } = geometry;
  const rows = new WeightRows(mask, sourceToModel(geometry), { left: 0, top: 0, ...source }, brush);
  const weights = new Uint8Array(source.width * source.height);
  for (let y = 0; y < source.height; y += 1) weights.set(rows.row(y), y * source.width);
  return weights;
};

type Scene = ReturnType<typeof scene>;

const editOf = (source: Scene, perfect: Scene, fault: Fault): Edit => {
  const geometry = fit(source, rules);
  return { reference: prepare(source, geometry), edited: asModelGives(prepare(perfect, geometry), fault), geometry };
};
/** What is decoded from a file is a Buffer. */
const copy = (picture: Scene): Picture => ({ ...picture, data: Buffer.from(picture.data) });

describe('lockRegion', () => {
  const faults: [string, (random: () => number) => Fault][] = [
    ['no fault', () => ({})],
    ['noise as of an autoencoder', () => ({ noise: 1 })],
    ['a shift of up to 3 px', (random) => ({ shift: [random() * 6 - 3, random() * 6 - 3] })],
    ['a scale of 0.99 to 1.01', (random) => ({ scale: 0.99 + random() * 0.02 })],
    ['a tint', (random) => ({ tint: random() < 0.5 ? tints.warm : tints.faded })],
    ['all of them', (random) => ({ noise: 1, shift: [random() * 6 - 3, random() * 6 - 3], scale: 0.99 + random() * 0.02, tint: random() < 0.5 ? tints.warm : tints.faded })],
  ];

  it.each(faults)('keeps every byte outside and 95 %% of the edit under %s', (_, faultOf) => {
    for (const [index, kind] of editKinds.entries()) {
      const seed = index + 1;
      const random = randomOf(seed * 7);
      const source = scene(width, height, seed);
      const perfect = edited(source, { kind, seed, size: 0.14 + random() * 0.08 });
      const edit = editOf(source, perfect, { ...faultOf(random), seed });
      const change = findChange(edit);
      const { picture, drift } = applyChange(copy(source), change, edit.reference);
      const result = measured(source.data, perfect.data, picture.data, weightsOf(change.layer));
      expect(result.differing).toBe(0);
      expect(drift).toMatchObject({ differingBytes: 0, reframed: false });
      expect(result.kept).toBeGreaterThanOrEqual(0.95);
      // What is kept of the edit is the edit, and not much else is touched.
      expect(result.error).toBeLessThan(0.25);
      expect(result.extent).toBeLessThan(6);
      expect(drift.changedShare).toBeCloseTo(result.share, 9);
    }
  });

  it.each([false, true])('takes noise alone for no edit (round trip given: %p)', (given) => {
    const source = scene(width, height, 4);
    const edit = editOf(source, source, { noise: 1.2, shift: [1.5, -0.5], tint: tints.faded, seed: 3 });
    const roundTrip = given ? asModelGives(edit.reference, { noise: 1.2, seed: 4 }) : undefined;
    const { picture, drift } = lockRegion({ ...edit, roundTrip, source: copy(source) });
    expect(drift.changedShare).toBe(0);
    expect(drift.outsideBefore.mean).toBeGreaterThan(2);
    expect(Buffer.compare(picture.data as Buffer, source.data)).toBe(0);
  });

  it('says what it put right', () => {
    const source = scene(width, height, 4);
    const { drift } = lockRegion({ ...editOf(source, source, { shift: [2, -1], scale: 1.005, tint: tints.warm }), source: copy(source) });
    expect(drift.shift.x).toBeCloseTo(2, 0);
    expect(drift.shift.y).toBeCloseTo(-1, 0);
    expect(drift.scale.x).toBeCloseTo(1.005, 3);
    expect(drift.tint[0]).toBeGreaterThan(5);
    expect(drift.tint[2]).toBeLessThan(-5);
  });

  it('never writes outside a brush, even where the model framed the scene anew', () => {
    const source = scene(width, height, 2);
    const data = new Uint8Array(width * height);
    for (let y = 70; y < 210; y += 1) data.fill(255, y * width + 130, y * width + 290);
    const brush: Mask = { width, height, data };
    const perfect = edited(source, { kind: 'object', seed: 1, size: 0.4, at: [0.5, 0.5] });
    for (const shift of [[1, 1], [60, 20]] as const) {
      const { picture, drift } = lockRegion({ ...editOf(source, perfect, { shift, noise: 1 }), brush, source: copy(source) });
      expect(drift.reframed).toBe(shift[0] === 60);
      expect(drift.changedShare).toBeGreaterThan(0.05);
      expect(data.every((weight, pixel) => weight > 0 || [0, 1, 2].every((channel) => picture.data[pixel * 3 + channel] === source.data[pixel * 3 + channel]))).toBe(true);
    }
  });

  it('locks 16 bits and alpha as it locks 8', () => {
    const source = scene(width, height, 3);
    const perfect = edited(source, { kind: 'object', seed: 3, at: [0.4, 0.5] });
    const edit = editOf(source, perfect, { noise: 1 });
    const plain = lockRegion({ ...edit, source: copy(source) }).picture;
    const deep: Picture = { width, height, channels: 4, depth: 16, data: Uint16Array.from({ length: width * height * 4 }, (_, at) => (at % 4 === 3 ? 40_000 : source.data[Math.floor(at / 4) * 3 + (at % 4)]! * 257)) };
    const { picture, drift } = lockRegion({ ...edit, source: deep });
    expect(drift.differingBytes).toBe(0);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      const at = pixel * 4;
      if (picture.data[at + 3] !== 40_000) throw new Error('Alpha changed.');
      for (let channel = 0; channel < 3; channel += 1) if (Math.abs(picture.data[at + channel]! / 257 - plain.data[pixel * 3 + channel]!) > 1) throw new Error('Another colour.');
    }
  });

  it('gives the same bytes every time, and leaves its other inputs alone', () => {
    const source = scene(width, height, 6);
    const edit = editOf(source, edited(source, { kind: 'text', seed: 6 }), { noise: 1, shift: [0.7, 1.2] });
    const before = [Buffer.from(edit.edited.data), Buffer.from(edit.reference.data)];
    const [one, other] = [lockRegion({ ...edit, source: copy(source) }), lockRegion({ ...edit, source: copy(source) })];
    expect(Buffer.compare(one.picture.data as Buffer, other.picture.data as Buffer)).toBe(0);
    expect(one.drift).toEqual(other.drift);
    expect([before[0]!.equals(edit.edited.data), before[1]!.equals(edit.reference.data)]).toEqual([true, true]);
  });

  it('refuses sizes that do not belong together', () => {
    const source = scene(width, height, 6);
    const edit = editOf(source, source, {});
    expect(() => lockRegion({ ...edit, source: scene(64, 64, 1) })).toThrow(RangeError);
    expect(() => findChange({ ...edit, reference: edit.edited, brush: { width: 2, height: 2, data: new Uint8Array(4) } })).toThrow(RangeError);
    expect(() => findChange({ ...edit, reference: scene(64, 64, 1) })).toThrow(RangeError);
  });
});

describe('replaceWhole', () => {
  it('lays the edit over the whole source, its border too', () => {
    const source = scene(width, height, 6);
    const edit = editOf(source, source, {});
    const grey = { ...edit.edited, data: new Uint8Array(edit.edited.data.length).fill(77) };
    const { picture, drift } = replaceWhole({ ...edit, edited: grey, source: copy(source) });
    expect(drift.changedShare).toBe(1);
    expect(picture.data.every((value) => value === 77)).toBe(true);
  });
});

describe('a second look', () => {
  const source = scene(900, 600, 8);
  const perfect = edited(source, { kind: 'object', seed: 8, size: 0.1, at: [0.6, 0.4] });
  const edit = editOf(source, perfect, { noise: 0.5 });
  const change = findChange(edit);
  const inside = (box: PixelBox, x: number, y: number): boolean => x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;

  it('is at the change and its surroundings, and shows finer detail, with every byte beyond untouched', () => {
    const box = changedBox(change, 288 * 288)!;
    expect([inside(box, 485, 185), inside(box, 595, 295), box.width < 360]).toEqual([true, true, true]);
    const cut = (picture: Scene): Scene => {
      const data = new Uint8Array(box.width * box.height * 3);
      for (let y = 0; y < box.height; y += 1) data.set(picture.data.subarray(((box.top + y) * 900 + box.left) * 3, ((box.top + y) * 900 + box.left + box.width) * 3), y * box.width * 3);
      return { ...picture, width: box.width, height: box.height, data };
    };
    const second = editOf(cut(source), cut(perfect), { noise: 0.5, shift: [0.5, 0.5] });
    const zoomed = lockZoom({ ...second, source: copy(source), box });
    const once = applyChange(copy(source), change, edit.reference);
    const error = ({ data }: Picture): number => perfect.data.reduce((sum, value, at) => sum + (value === source.data[at] ? 0 : Math.abs(value - data[at]!)), 0);
    expect(zoomed.drift.differingBytes).toBe(0);
    expect(error(zoomed.picture)).toBeLessThan(error(once.picture) * 0.8);
    for (let at = 0; at < source.data.length; at += 1) {
      const pixel = Math.floor(at / 3);
      if (!inside(box, pixel % 900, Math.floor(pixel / 900)) && zoomed.picture.data[at] !== source.data[at]) throw new Error('A byte beyond the box changed.');
    }
  });

  it('is not offered where nothing changed or nothing would be gained', () => {
    expect(changedBox(findChange(editOf(source, source, {})), 288 * 288)).toBeUndefined();
    const large = edited(source, { kind: 'recolour', seed: 8, size: 0.49, at: [0.5, 0.5] });
    expect(changedBox(findChange(editOf(source, large, {})), 288 * 288)).toBeUndefined();
  });
});
