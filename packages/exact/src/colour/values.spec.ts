import { describe, expect, it } from '@jest/globals';
import { plan, type PlanOperation } from '@flux-context/instructions';
import type { Picture } from '@flux-context/picture';
import { apply } from '../apply.js';
import { chart, pictureOf } from './fixtures/chart.js';

type Pixel = readonly [number, number, number];

const run = async (picture: Picture, operation: PlanOperation, references: readonly Picture[] = []) => {
  const { data } = await apply(picture, plan.parse({ version: 1, operations: [operation] }), { references, pixelsMax: 1e6 });
  return [...data];
};
const paint = async (operation: PlanOperation, ...pixels: readonly Pixel[]): Promise<Pixel[]> => {
  const data = await run(pictureOf(...pixels), operation);
  return pixels.map((_, at) => [data[at * 3]!, data[at * 3 + 1]!, data[at * 3 + 2]!]);
};
const ramp: readonly Pixel[] = [[0, 64, 128], [192, 255, 1]];

describe('curves', () => {
  /** Worked by hand from the formulas: bias with slope 2^(2.1 x 0.3), light x 2, Schlick's gain with slope 2^0.6 ... */
  it.each<[PlanOperation, readonly Pixel[]]>([
    [{ op: 'brightness', amount: 0.3 }, [[0, 87, 155], [210, 255, 2]]],
    [{ op: 'brightness', amount: -0.3 }, [[0, 45, 101], [169, 255, 1]]],
    [{ op: 'exposure', stops: 1 }, [[0, 90, 176], [233, 255, 2]]],
    [{ op: 'exposure', stops: -1 }, [[0, 44, 92], [140, 188, 1]]],
    [{ op: 'contrast', amount: 0.3 }, [[0, 51, 128], [205, 255, 1]]],
    [{ op: 'contrast', amount: -0.3 }, [[27, 77, 128], [178, 228, 28]]],
    [{ op: 'gamma', gamma: 2 }, [[0, 128, 181], [221, 255, 16]]],
    [{ op: 'invert' }, [[255, 191, 127], [63, 0, 254]]],
  ])('%j', async (operation, expected) => {
    expect(await paint(operation, ...ramp)).toEqual(expected);
  });

  it('brightness back is brightness undone, within a step', async () => {
    const there = await paint({ op: 'brightness', amount: 0.5 }, [40, 128, 200]);
    const [back] = await paint({ op: 'brightness', amount: -0.5 }, ...there);
    for (const [c, v] of [40, 128, 200].entries()) expect(Math.abs(back![c]! - v)).toBeLessThanOrEqual(1);
  });
});

describe('what looks at the grey', () => {
  it('blackAndWhite gives each primary the grey of its luminance', async () => {
    /** encode(0.2126), encode(0.7152) and encode(0.0722) in 255ths. */
    expect(await paint({ op: 'blackAndWhite', strength: 1 }, [255, 0, 0], [0, 255, 0], [0, 0, 255])).toEqual([[127, 127, 127], [220, 220, 220], [76, 76, 76]]);
  });

  it('duotone ends in exactly its two colours', async () => {
    expect(await paint({ op: 'duotone', shadows: '#000080', highlights: '#ffd166' }, [0, 0, 0], [255, 255, 255])).toEqual([[0, 0, 128], [255, 209, 102]]);
  });

  it('sepia keeps black and white and browns the middle', async () => {
    const [black, middle, white] = await paint({ op: 'sepia', strength: 1 }, [0, 0, 0], [128, 128, 128], [255, 255, 255]);
    expect([black, white]).toEqual([[0, 0, 0], [255, 255, 255]]);
    expect(middle![0]).toBeGreaterThan(middle![1] + 20);
    expect(middle![1]).toBeGreaterThan(middle![2] + 20);
  });

  it('threshold takes the level, and without one parts two groups in the middle of their gap', async () => {
    expect(await paint({ op: 'threshold', level: 0.5 }, [127, 127, 127], [128, 128, 128])).toEqual([[0, 0, 0], [255, 255, 255]]);
    const dim: Pixel[] = [[10, 10, 10], [20, 20, 20], [60, 60, 60], [70, 70, 70]];
    expect((await paint({ op: 'threshold' }, ...dim)).map(([v]) => v)).toEqual([0, 0, 255, 255]);
  });

  it('threshold without a level survives a picture of one grey', async () => {
    expect(await paint({ op: 'threshold' }, [200, 200, 200], [200, 200, 200])).toEqual([[255, 255, 255], [255, 255, 255]]);
  });
});

describe('what moves colour', () => {
  it('saturation at -1 leaves no colour, and full colours have no room for more', async () => {
    for (const [r, g, b] of await paint({ op: 'saturation', amount: -1 }, [200, 30, 40], [20, 200, 250])) expect([g, b]).toEqual([r, r]);
    expect(await paint({ op: 'saturation', amount: 1 }, [255, 0, 0], [0, 0, 255])).toEqual([[255, 0, 0], [0, 0, 255]]);
  });

  it('vibrance moves a pale colour further than a full one', async () => {
    const [pale, full] = await paint({ op: 'vibrance', amount: 0.5 }, [110, 130, 150], [20, 60, 220]);
    expect(pale![2] - pale![0]).toBeGreaterThan(55);
    expect(Math.abs(full![2] - 220)).toBeLessThan(10);
  });

  it('temperature and tint colour white without brightening any channel', async () => {
    const white = async (operation: PlanOperation) => (await paint(operation, [255, 255, 255]))[0];
    expect(await white({ op: 'temperature', amount: 0.3 })).toEqual([255, 238, 215]);
    expect(await white({ op: 'temperature', amount: -0.3 })).toEqual([216, 231, 255]);
    expect(await white({ op: 'tint', amount: 0.3 })).toEqual([255, 234, 253]);
    expect((await white({ op: 'tint', amount: -0.3 }))![1]).toBe(255);
  });

  it('hue turned a third of the way round makes red green and keeps greys', async () => {
    const [red, grey] = await paint({ op: 'hue', degrees: 120 }, [200, 30, 40], [90, 90, 90]);
    expect(red![1]).toBeGreaterThan(red![0] + 100);
    expect(grey).toEqual([90, 90, 90]);
  });

  it('shadows opens the dark and leaves the light, highlights the other way round', async () => {
    const [dark, light] = await paint({ op: 'shadows', amount: 0.5 }, [40, 40, 40], [230, 230, 230]);
    expect(dark![0]).toBeGreaterThan(60);
    expect(light![0]).toBeLessThanOrEqual(232);
    const [deep, bright] = await paint({ op: 'highlights', amount: -0.5 }, [40, 40, 40], [230, 230, 230]);
    expect(deep![0]).toBeGreaterThanOrEqual(36);
    expect(bright![0]).toBeLessThan(215);
  });
});

describe('what looks at the whole picture', () => {
  it('autoLevels spreads a foggy ramp from black to white and keeps it grey', async () => {
    const foggy = Array.from({ length: 111 }, (_, at): Pixel => [70 + at, 70 + at, 70 + at]);
    const spread = await paint({ op: 'autoLevels' }, ...foggy);
    expect(spread[0]).toEqual([0, 0, 0]);
    expect(spread[110]).toEqual([255, 255, 255]);
    expect(Math.abs(spread[55]![0] - 128)).toBeLessThanOrEqual(2);
  });

  /** 100 and 150 spread by the most there is, 4 times around their middle; the black and the white outside would have forbidden it. */
  it('autoLevels looks at what the mask marks only', async () => {
    const picture = pictureOf([0, 0, 0], [100, 100, 100], [150, 150, 150], [255, 255, 255]);
    const mask = { width: 4, height: 1, data: Uint8Array.of(0, 255, 255, 0) };
    const operation: PlanOperation = { op: 'autoLevels', region: { kind: 'mask' } };
    const { data } = await apply(picture, { version: 1, operations: [operation] }, { mask, pixelsMax: 10 });
    expect(Array.from(data).filter((_, i) => i % 3 === 0)).toEqual([0, 25, 225, 255]);
  });

  it('colourMatch to itself changes nothing and to another takes over its mean', async () => {
    const before = [...chart().data];
    const same = await run(chart(), { op: 'colourMatch', reference: 0, strength: 1 }, [chart()]);
    expect(Math.max(...same.map((v, i) => Math.abs(v - before[i]!)))).toBeLessThanOrEqual(1);
    const reference = pictureOf([140, 90, 60], [150, 100, 70], [130, 80, 50]);
    const [mean] = await paint({ op: 'blackAndWhite', strength: 0 }, [140, 90, 60]);
    const matched = await run(chart(), { op: 'colourMatch', reference: 0, strength: 1 }, [reference]);
    const average = (c: number) => matched.filter((_, i) => i % 3 === c).reduce((sum, v) => sum + v, 0) / (matched.length / 3);
    for (const c of [0, 1, 2]) expect(Math.abs(average(c) - mean![c]!)).toBeLessThan(20);
  });

  it('colourMatch without its reference is refused', async () => {
    await expect(run(chart(), { op: 'colourMatch', reference: 1, strength: 1 }, [chart()])).rejects.toMatchObject({ code: 'plan.not_applicable' });
  });

  it('localContrast parts close greys, leaves a flat picture flat and never clips a colour', async () => {
    const faint: Picture = { width: 64, height: 64, channels: 3, depth: 8, data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => 120 + (Math.floor(i / 3) % 8)) };
    const data = await run(faint, { op: 'localContrast', strength: 1 });
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(12);
    const flat = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => [200, 120, 40][i % 3]!);
    const even = await run({ ...faint, data: flat }, { op: 'localContrast', strength: 1 });
    expect(new Set(even).size).toBe(3);
  });
});
