import { describe, expect, it } from '@jest/globals';
import type { DiffusionBrief } from '@flux-context/contracts';
import type { Mask, Picture, RgbImage } from '@flux-context/picture';
import { editByModel } from './diffusion-edit.js';
import type { Answered, Asked } from './engine-channel.js';

const model = { id: 'klein', licence: 'Apache-2.0', referencesMax: 3, inpaints: true, pixelsMax: 16_384, fit: { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 16_384, minSide: 64, maxAspect: 8 } } as const;
const briefOf = (regionLock: boolean): DiffusionBrief => ({ version: 1, engine: 'diffusion', model: 'klein', instruction: 'a red square', seed: 7, regionLock, source: 'png', output: { format: 'png', quality: 90 }, limits: { pixelsMax: 1e8 } });

/** Soft waves, so that registration has something to hold on to. */
const scene = (width: number, height: number): Picture => ({
  width, height, channels: 3, depth: 8,
  data: Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    return Math.round(110 + 50 * Math.sin(x / 17 + c) + 40 * Math.sin(y / 23 + (x * y) / 90_000 + 2 * c));
  }),
});

/** Paints a red square into the middle of whatever it is shown, and is otherwise perfect: what is asked of a model, without one. */
class Painter {
  readonly asked: { readonly sizes: string[]; readonly mask: Mask | undefined; readonly roundTrip: boolean; readonly prompt: string; readonly seed: number }[] = [];

  async ask({ pictures, mask, roundTrip, prompt, seed }: Asked): Promise<Answered> {
    this.asked.push({ sizes: pictures.map(({ width, height }) => `${width}x${height}`), mask: mask && { ...mask, data: mask.data.slice() }, roundTrip, prompt, seed });
    const [{ width, height, data }] = pictures;
    const image = { width, height, data: data.slice() };
    paint(image, this.asked.length === 1 ? 0.06 : 0.3);
    return { image, ...(roundTrip && { roundTrip: { width, height, data: data.slice() } }) };
  }
}

function paint({ width, height, data }: RgbImage, share: number): void {
  const half = { x: Math.round(width * share), y: Math.round(height * share) };
  for (let y = height / 2 - half.y; y < height / 2 + half.y; y++) for (let x = width / 2 - half.x; x < width / 2 + half.x; x++) data.set([230, 20, 20], (Math.floor(y) * width + Math.floor(x)) * 3);
}

const pixel = ({ data, width }: Picture, x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

describe('an edit by a model', () => {
  it('looks a second time, closer, at a small change of a large picture, and leaves every other byte as it was', async () => {
    const [painter, source] = [new Painter(), scene(480, 360)];
    const before = source.data.slice();
    const { picture, drift } = await editByModel({ picture: source, mask: undefined, references: [] }, briefOf(true), model, painter);
    expect(painter.asked).toHaveLength(2);
    // The second look shows a part of the source, and what the first one made of the whole.
    expect(painter.asked[1]!.sizes).toEqual([expect.any(String), painter.asked[0]!.sizes[0]]);
    expect(painter.asked.map(({ prompt, seed, roundTrip }) => ({ prompt, seed, roundTrip }))).toEqual([0, 1].map(() => ({ prompt: 'a red square', seed: 7, roundTrip: true })));
    expect(drift).toMatchObject({ reframed: false, differingBytes: 0 });
    expect(drift!.changedShare).toBeLessThan(0.3);
    expect(pixel(picture, 240, 180)[0]).toBeGreaterThan(180);
    for (const [x, y] of [[5, 5], [450, 40], [60, 330], [240, 12]] as const) expect(pixel(picture, x, y)).toEqual([...before.subarray((y * 480 + x) * 3, (y * 480 + x) * 3 + 3)]);
  }, 240_000);

  it('looks once where the model saw the picture as it is', async () => {
    const painter = new Painter();
    await editByModel({ picture: scene(128, 96), mask: undefined, references: [scene(150, 100)] }, briefOf(true), model, painter);
    expect(painter.asked.map(({ sizes }) => sizes.length)).toEqual([2]);
  });

  it('tells the model where it may paint, and holds it to that', async () => {
    const [painter, source] = [new Painter(), scene(128, 96)];
    const before = source.data.slice();
    const mask = { width: 128, height: 96, data: Uint8Array.from({ length: 128 * 96 }, (_, at) => (at % 128 < 64 ? 255 : 0)) };
    const { picture, drift } = await editByModel({ picture: source, mask, references: [] }, briefOf(true), model, painter);
    expect([painter.asked[0]!.mask!.data[0], painter.asked[0]!.mask!.data[127]]).toEqual([255, 0]);
    expect(drift!.differingBytes).toBe(0);
    for (let y = 0; y < 96; y++) expect(Buffer.from(picture.data.subarray((y * 128 + 64) * 3, (y + 1) * 128 * 3)).equals(Buffer.from(before.subarray((y * 128 + 64) * 3, (y + 1) * 128 * 3)))).toBe(true);
    expect([...mask.data].every((weight) => weight === 0)).toBe(true);
  });

  it('lays the model’s picture over the whole source, in its size, where the whole picture was meant', async () => {
    const painter = new Painter();
    const { picture, drift } = await editByModel({ picture: scene(480, 360), mask: undefined, references: [] }, briefOf(false), model, painter);
    expect([picture.width, picture.height, drift!.changedShare, painter.asked.length, painter.asked[0]!.roundTrip]).toEqual([480, 360, 1, 1, false]);
  });

  it.each([[1, 1, 'picture.too_small'], [20_000, 100, 'picture.too_elongated']])('asks nothing about %i x %i', async (width, height, code) => {
    const painter = new Painter();
    const picture: Picture = { width, height, channels: 3, depth: 8, data: new Uint8Array(width * height * 3) };
    await expect(editByModel({ picture, mask: undefined, references: [] }, briefOf(true), model, painter)).rejects.toMatchObject({ code });
    expect(painter.asked).toEqual([]);
  }, 120_000);
});
