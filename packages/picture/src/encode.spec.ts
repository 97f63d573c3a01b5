import { describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, integer } from 'fast-check';
import sharp from 'sharp';
import { decode } from './decode.js';
import { encode, type OutputFormat } from './encode.js';
import type { Picture } from './picture.js';

const pixelsMax = 1_000_000;
const made = (width: number, height: number, channels: 3 | 4, depth: 8 | 16, sample: (at: number) => number): Picture => {
  const samples = Array.from({ length: width * height * channels }, (_, at) => sample(at));
  return { width, height, channels, depth, data: depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples) };
};
const profile = async (): Promise<Buffer> => (await sharp(await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } }).withIccProfile('p3').png().toBuffer()).metadata()).icc!;
const formats: OutputFormat[] = ['jpeg', 'png', 'webp', 'avif'];

describe('encode', () => {
  it('loses nothing in a PNG, in any depth, with or without alpha and profile', async () => {
    const icc = await profile();
    await assert(
      asyncProperty(integer({ min: 1, max: 40 }), integer({ min: 1, max: 40 }), constantFrom<(3 | 4)[]>(3, 4), constantFrom<(8 | 16)[]>(8, 16), constantFrom(undefined, icc), async (width, height, channels, depth, icc) => {
        const picture = { ...made(width, height, channels, depth, (at) => (at * at * 7_919) % 65_521), ...(icc && { icc }) };
        const back = await decode(await encode(picture, { format: 'png', quality: 90 }), { source: 'png', pixelsMax });
        expect({ ...back, data: [...back.data] }).toEqual({ ...picture, data: [...picture.data] });
      }),
      { numRuns: 40 },
    );
  });

  it('embeds the profile in every format, also one of several segments, and changes no colour by it', async () => {
    const small = await profile();
    const large = Buffer.concat([small, Buffer.alloc(150_000, 'padding')]);
    large.writeUInt32BE(large.length, 0);
    for (const icc of [small, large]) {
      for (const format of formats) {
        const bytes = await encode({ ...made(64, 48, 3, 8, (at) => [0xc0, 0x80, 0x40][at % 3]!), icc }, { format, quality: 95 });
        const back = await decode(bytes, { source: format, pixelsMax });
        expect([format, back.icc?.equals(icc)]).toEqual([format, true]);
        expect([...back.data.subarray(6_000, 6_003)].every((value, at) => Math.abs(value - [0xc0, 0x80, 0x40][at]!) <= 3)).toBe(true);
      }
    }
  });

  it('writes no metadata', async () => {
    const told = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#c08040' } })
      .withExif({ IFD0: { Copyright: 'canary-in-exif' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">canary-in-xmp</x:xmpmeta>')
      .jpeg()
      .toBuffer();
    expect(told.includes('canary-in-exif') && told.includes('canary-in-xmp')).toBe(true);
    const picture = await decode(told, { source: 'jpeg', pixelsMax });
    for (const format of formats) expect((await encode(picture, { format, quality: 90 })).includes('canary')).toBe(false);
  });

  it('names the model and its licence in every format, in the fields made for that, and changes no pixel and no profile by it', async () => {
    const icc = await profile();
    for (const format of formats) {
      for (const picture of [made(64, 48, 3, 8, (at) => (at * 7) % 256), { ...made(64, 48, 3, 8, (at) => (at * 7) % 256), icc }]) {
        const plain = await encode(picture, { format, quality: 90 });
        const told = await encode(picture, { format, quality: 90, origin: { model: 'a<"model">&co', licence: 'Apache-2.0' } });
        const { xmpAsString: xmp } = await sharp(told).metadata();
        expect(xmp).toContain('Iptc4xmpExt:AISystemUsed="a&lt;&quot;model&quot;&gt;&amp;co"');
        expect(xmp).toContain('Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"');
        expect(xmp).toContain('licensed under Apache-2.0.</rdf:li>');
        const [before, after] = [await decode(plain, { source: format, pixelsMax }), await decode(told, { source: format, pixelsMax })];
        expect([format, { ...after, data: Buffer.from(after.data).equals(Buffer.from(before.data)) }]).toEqual([format, { ...before, data: true }]);
        expect((await sharp(plain).metadata()).xmp).toBeUndefined();
      }
    }
  });

  it('rounds 16 bits to the nearest of 8 where the format has no more', async () => {
    const levels = [0, 128, 129, 385, 386, 65_406, 65_407, 65_535];
    const deep = made(8 * 16, 16, 3, 16, (at) => levels[Math.floor(at / 3 / 16) % 8]!);
    const back = await decode(await encode(deep, { format: 'webp', quality: 100 }), { source: 'webp', pixelsMax });
    expect(back.depth).toBe(8);
    const jpeg = await decode(await encode(deep, { format: 'jpeg', quality: 100 }), { source: 'jpeg', pixelsMax });
    const found = levels.map((_, index) => jpeg.data[(index * 16 + 8) * 3]!);
    expect(found.every((value, at) => Math.abs(value - Math.round(levels[at]! / 257)) <= 1)).toBe(true);
  });

  it('lays alpha on white in a JPEG and keeps it elsewhere', async () => {
    const half = made(64, 48, 4, 8, (at) => [200, 0, 0, 128][at % 4]!);
    const jpeg = await decode(await encode(half, { format: 'jpeg', quality: 100 }), { source: 'jpeg', pixelsMax });
    expect([...jpeg.data.subarray(6_000, 6_003)].every((value, at) => Math.abs(value - [227, 127, 127][at]!) <= 2)).toBe(true);
    for (const format of ['png', 'webp', 'avif'] as const) {
      const back = await decode(await encode(half, { format, quality: 90 }), { source: format, pixelsMax });
      expect([back.channels, Math.abs(back.data[6_003]! - 128) <= 1]).toEqual([4, true]);
    }
  });

  it('keeps full colour resolution from quality 90 on', async () => {
    const picture = made(32, 32, 3, 8, (at) => at % 251);
    const subsampling = async (quality: number) => (await sharp(await encode(picture, { format: 'jpeg', quality })).metadata()).chromaSubsampling;
    expect([await subsampling(90), await subsampling(89)]).toEqual(['4:4:4', '4:2:0']);
  });

  it('refuses a side that the format cannot hold', async () => {
    const long = made(16_384, 1, 3, 8, () => 9);
    await expect(encode(long, { format: 'webp', quality: 90 })).rejects.toMatchObject({ code: 'picture.too_many_pixels' });
    expect((await encode(long, { format: 'png', quality: 90 })).length).toBeGreaterThan(0);
  });
});
