import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { decode } from './decode.js';
import { toRgbImage } from './to-rgb-image.js';
import type { Picture } from './picture.js';

describe('toRgbImage', () => {
  it('keeps every byte of an opaque sRGB picture', async () => {
    const data = Uint8Array.from({ length: 5 * 4 * 3 }, (_, at) => (at * 37) % 256);
    const picture: Picture = { width: 5, height: 4, channels: 3, depth: 8, data };
    expect(Buffer.from((await toRgbImage(picture)).data)).toEqual(Buffer.from(data));
  });

  it('rounds 16 bits to 8 and lays what is not opaque on white', async () => {
    const deep: Picture = { width: 2, height: 1, channels: 3, depth: 16, data: Uint16Array.of(0, 257 * 128, 65_535, 257, 514, 771) };
    expect([...(await toRgbImage(deep)).data]).toEqual([0, 128, 255, 1, 2, 3]);
    const clear: Picture = { width: 2, height: 1, channels: 4, depth: 8, data: Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255) };
    expect([...(await toRgbImage(clear)).data]).toEqual([255, 255, 255, 10, 20, 30]);
  });

  it('converts from the profile of the picture', async () => {
    const picture = await decode(readFileSync(new URL('../fixtures/display-p3.heic', import.meta.url)), { source: 'heic', pixelsMax: 1e7 });
    const { data } = await toRgbImage(picture);
    expect(picture.icc).toBeDefined();
    expect(data.length).toBe(picture.width * picture.height * 3);
    expect(Buffer.from(data).equals(Buffer.from(picture.data.buffer, picture.data.byteOffset, data.length))).toBe(false);
  });
});
