import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { decode, decodeMask } from './decode.js';
import type { SourceFormat } from './header.js';
import type { Picture } from './picture.js';

const pixelsMax = 1_000_000;
const heic = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}.heic`, import.meta.url));
const raw = (samples: number[], width: number, height: number, channels: 1 | 2 | 3 | 4) => sharp(Uint8Array.from(samples), { raw: { width, height, channels } });
const pixel = (picture: Picture, x: number, y: number): number[] => {
  const at = (y * picture.width + x) * picture.channels;
  return [...picture.data.subarray(at, at + picture.channels)];
};
const code = async (bytes: Buffer, source: SourceFormat, max = pixelsMax): Promise<unknown> =>
  decode(bytes, { source, pixelsMax: max }).then(
    () => 'decoded',
    (error: { code: string; message: string }) => (error.message === error.code ? error.code : error),
  );
const near = (found: number[], expected: number[], by: number): boolean => found.length === expected.length && found.every((value, at) => Math.abs(value - expected[at]!) <= by);

/** Red, green / blue, white / black, yellow. */
const chart = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 255, 0];

describe('decode', () => {
  it.each<[string, () => Promise<Buffer>, number[], 8 | 16]>([
    ['RGB', () => raw(chart, 2, 3, 3).png().toBuffer(), chart, 8],
    ['palette', () => raw(chart, 2, 3, 3).png({ palette: true }).toBuffer(), chart, 8],
    ['RGBA', () => raw([1, 2, 3, 4, 250, 100, 50, 0], 2, 1, 4).png().toBuffer(), [1, 2, 3, 4, 250, 100, 50, 0], 8],
    ['grey', () => raw([7, 200], 2, 1, 1).toColourspace('b-w').png().toBuffer(), [7, 7, 7, 200, 200, 200], 8],
    ['grey with alpha', () => raw([7, 90, 200, 255], 2, 1, 2).toColourspace('b-w').png().toBuffer(), [7, 7, 7, 90, 200, 200, 200, 255], 8],
    ['16-bit RGB', () => sharp(Uint16Array.of(1, 256, 65_535), { raw: { width: 1, height: 1, channels: 3 } }).toColourspace('rgb16').png().toBuffer(), [1, 256, 65_535], 16],
    ['16-bit grey', () => sharp(Uint16Array.of(1, 513), { raw: { width: 2, height: 1, channels: 1 } }).toColourspace('grey16').png().toBuffer(), [1, 1, 1, 513, 513, 513], 16],
  ])('gives the exact samples of a PNG: %s', async (_kind, write, samples, depth) => {
    const picture = await decode(await write(), { source: 'png', pixelsMax });
    expect([...picture.data]).toEqual(samples);
    expect(picture.depth).toBe(depth);
    expect(picture.data.length).toBe(picture.width * picture.height * picture.channels);
  });

  it('reads JPEG, WebP and AVIF', async () => {
    const patch = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c08040' } });
    for (const source of ['jpeg', 'webp', 'avif'] as const) {
      const picture = await decode(await patch.clone().toFormat(source, { quality: 90 }).toBuffer(), { source, pixelsMax });
      expect([picture.width, picture.height, picture.channels, picture.depth]).toEqual([64, 48, 3, 8]);
      expect(near(pixel(picture, 32, 24), [0xc0, 0x80, 0x40], 3)).toBe(true);
    }
  });

  it('stands the picture upright, whichever of the eight orientations it was stored in', async () => {
    /** Where the top left and the top right pixel of a viewer come from in the stored 2 x 3 chart. */
    const corners: [number, number[], number[]][] = [
      [1, [255, 0, 0], [0, 255, 0]],
      [2, [0, 255, 0], [255, 0, 0]],
      [3, [255, 255, 0], [0, 0, 0]],
      [4, [0, 0, 0], [255, 255, 0]],
      [5, [255, 0, 0], [0, 0, 0]],
      [6, [0, 0, 0], [255, 0, 0]],
      [7, [255, 255, 0], [0, 255, 0]],
      [8, [0, 255, 0], [255, 255, 0]],
    ];
    for (const [orientation, left, right] of corners) {
      const picture = await decode(await raw(chart, 2, 3, 3).withMetadata({ orientation }).png().toBuffer(), { source: 'png', pixelsMax });
      expect([picture.width, picture.height]).toEqual(orientation < 5 ? [2, 3] : [3, 2]);
      expect([orientation, pixel(picture, 0, 0), pixel(picture, picture.width - 1, 0)]).toEqual([orientation, left, right]);
    }
  });

  it('keeps the numbers of an RGB picture and its profile, and converts CMYK to sRGB', async () => {
    const p3 = await raw(chart, 2, 3, 3).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer();
    const picture = await decode(p3, { source: 'png', pixelsMax });
    expect([...picture.data]).toEqual([...stored]);
    expect([...stored]).not.toEqual(chart);
    expect(picture.icc).toEqual((await sharp(p3).metadata()).icc);

    const cmyk = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#b05030' } }).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const converted = await decode(cmyk, { source: 'jpeg', pixelsMax });
    expect([converted.channels, converted.icc]).toEqual([3, undefined]);
    expect(near(pixel(converted, 16, 16), [0xb0, 0x50, 0x30], 24)).toBe(true);
  });

  it('reads HEIC: colour, profile, alpha, ten bits, and the primary image of several', async () => {
    const wide = await decode(heic('wide'), { source: 'heic', pixelsMax });
    expect([wide.width, wide.height, wide.channels, wide.icc]).toEqual([96, 64, 3, undefined]);
    expect(near(pixel(wide, 20, 30), [0xc0, 0x20, 0x20], 6) && near(pixel(wide, 80, 30), [0x20, 0x40, 0xc0], 6)).toBe(true);
    expect((await decode(heic('display-p3'), { source: 'heic', pixelsMax })).icc?.toString('latin1', 16, 20)).toBe('RGB ');
    const clear = await decode(heic('clear'), { source: 'heic', pixelsMax });
    expect(near(pixel(clear, 20, 30), [0xc0, 0x20, 0x20, 0x80], 6)).toBe(true);
    const ten = await decode(heic('ten-bit'), { source: 'heic', pixelsMax });
    expect(near(pixel(ten, 40, 32), [129, 129, 129], 4)).toBe(true);

    const two = heic('two');
    expect((await decode(two, { source: 'heic', pixelsMax })).width).toBe(96);
    two.writeUInt16BE(2, two.indexOf('pitm') + 8);
    const second = await decode(two, { source: 'heic', pixelsMax });
    expect([second.width, second.height]).toEqual([64, 96]);
    expect(near(pixel(second, 30, 30), [0x20, 0xa0, 0x40], 6)).toBe(true);
  });
});

describe('what decode refuses', () => {
  const noise = (): Sharp => sharp(Buffer.from(Array.from({ length: 120 * 80 * 3 }, (_, at) => (at * 7_919 * at) % 251)), { raw: { width: 120, height: 80, channels: 3 } });
  const pngChunk = (type: string, body: Buffer): Buffer => {
    const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), body, Buffer.alloc(4)]);
    chunk.writeUInt32BE(body.length, 0);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
    return chunk;
  };

  it('a file that is cut off anywhere, in every format', async () => {
    /** libheif tells its troubles to the console. */
    const console = jest.spyOn(globalThis.console, 'log').mockImplementation(() => {});
    const whole: [SourceFormat, Buffer][] = [['heic', heic('wide')]];
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) whole.push([format, await noise().toFormat(format).toBuffer()]);
    for (const [source, bytes] of whole) {
      expect([source, await code(bytes, source)]).toEqual([source, 'decoded']);
      for (const share of [0.02, 0.3, 0.6, 0.9]) expect([source, share, await code(bytes.subarray(0, bytes.length * share), source)]).toEqual([source, share, 'picture.unreadable']);
    }
    console.mockRestore();
  });

  it('more pixels than allowed, by the header alone', async () => {
    const png = await noise().png().toBuffer();
    expect(await code(png, 'png', 9_599)).toBe('picture.too_many_pixels');
    expect(await code(png, 'png', 9_600)).toBe('decoded');
    expect(await code(heic('wide'), 'heic', 96 * 64 - 1)).toBe('picture.too_many_pixels');
    const size = Buffer.from([0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50, 8, 2, 0, 0, 0]);
    const bomb = Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', size), png.subarray(33)]);
    expect(await code(bomb, 'png', 100_000_000)).toBe('picture.too_many_pixels');
  });

  it('animation, in WebP and PNG', async () => {
    const frames = [noise().png().toBuffer(), noise().negate().png().toBuffer()];
    const webp = await sharp(await Promise.all(frames), { join: { animated: true } }).webp().toBuffer();
    expect(await code(webp, 'webp')).toBe('picture.animated');
    const png = await noise().png().toBuffer();
    const apng = Buffer.concat([png.subarray(0, 33), pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])), png.subarray(33)]);
    expect(await code(apng, 'png')).toBe('picture.animated');
  });

  it('another format than the caller found, and everything that is no picture', async () => {
    expect(await code(await noise().png().toBuffer(), 'jpeg')).toBe('picture.unreadable');
    expect(await code(await noise().avif().toBuffer(), 'heic')).toBe('picture.unreadable');
    expect(await code(await noise().gif().toBuffer(), 'png')).toBe('picture.unreadable');
    expect(await code(await noise().tiff().toBuffer(), 'jpeg')).toBe('picture.unreadable');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname" width="9" height="9"/></svg>';
    expect(await code(Buffer.from(svg), 'png')).toBe('picture.unreadable');
    expect(await code(Buffer.alloc(0), 'png')).toBe('picture.unreadable');
    expect(await code(Buffer.from('%PDF-1.7'), 'webp')).toBe('picture.unreadable');
  });
});

describe('decodeMask', () => {
  it('takes grey as weight, and what is transparent as unmarked', async () => {
    const mask = await decodeMask(await raw([255, 255, 255, 255, 0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 0], 4, 1, 4).png().toBuffer(), { source: 'png', pixelsMax });
    expect([mask.width, mask.height, ...mask.data]).toEqual([4, 1, 255, 0, 128, 0]);
    const deep = await sharp(Uint16Array.of(65_535, 257), { raw: { width: 2, height: 1, channels: 1 } }).toColourspace('grey16').png().toBuffer();
    expect([...(await decodeMask(deep, { source: 'png', pixelsMax })).data]).toEqual([255, 1]);
  });
});
