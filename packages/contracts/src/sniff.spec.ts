import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, nat, property, tuple } from 'fast-check';
import { readDimensions, sniffFormat } from './sniff.js';

/** Plain red pictures of 40 x 20 pixels: written by libjpeg, libspng, libwebp and libheif (AVIF, HEIC). */
const files = Object.entries({
  jpeg: '/9j/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAUACgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAME/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AiAk3AAAAAAAAAAP/2Q==',
  png: 'iVBORw0KGgoAAAANSUhEUgAAACgAAAAUCAIAAABwJOjsAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAMElEQVRIiWM4Y2w8IIhh1GLj0aA+M5q4jEezk/FoAXJmtMg0Hq0kjEerRePhXy0CALcKvG4oERPLAAAAAElFTkSuQmCC',
  webpLossy: 'UklGRj4AAABXRUJQVlA4IDIAAADwAgCdASooABQAP5nK3mc5Ma0npWgDIDMJZwAAKUNt8AD+y7f3J+l7/5Hb9dEqAAAAAA==',
  webpLossless: 'UklGRh4AAABXRUJQVlA4TBEAAAAvJ8AEAAfQmTJ3pv+BiOh/AAA=',
  avif: 'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAACsAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAACgAAAAUAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAzbWRhdBIACgk4FSebSAhoNIAyHB+SYoTv///xZ+BA7iEuLAr7EQjiLKleCDOjtIA=',
  heic: 'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAACgAFAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHRAAEAAAAAAAAAJgACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADYaXBycAAAALZpcGNvAAAAdmh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubgQEDAgAAAAwCAAAADAIQiAAEABkQBwXPBiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAKAAAABQAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAC5tZGF0AAAAIigBrwSSE0zg+Vib29+wb9y5U/UxhkCsVoHOoAks8JMYqEA=',
}).map(([name, base64]) => [name, new Uint8Array(Buffer.from(base64, 'base64'))] as const);
const file = (name: string): Uint8Array => new Map(files).get(name)!;

const ascii = (text: string): number[] => Array.from(Buffer.from(text, 'latin1'));
const joined = (...parts: ArrayLike<number>[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
/** A TIFF block with nothing but an orientation. */
const little = (orientation: number): number[] => [...ascii('II*\0'), 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
const big = (orientation: number): number[] => [...ascii('MM\0*'), 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];

const jpegWith = (tiff: number[]): Uint8Array =>
  joined([0xff, 0xd8, 0xff, 0xe1, 0, tiff.length + 8], ascii('Exif\0\0'), tiff, file('jpeg').subarray(2));
const pngWith = (tiff: number[]): Uint8Array =>
  joined(file('png').subarray(0, 33), [0, 0, 0, tiff.length], ascii('eXIf'), tiff, [0, 0, 0, 0], file('png').subarray(33));
const webpWith = (tiff: number[]): Uint8Array =>
  joined(ascii('RIFF\0\0\0\0WEBPVP8X'), [10, 0, 0, 0, 8, 0, 0, 0, 39, 0, 0, 19, 0, 0], ascii('EXIF'), [tiff.length, 0, 0, 0], tiff);

describe('sniffFormat', () => {
  it.each(files)('knows a real file of kind %s', (name, bytes) => {
    expect(sniffFormat(bytes)).toBe(name.replace(/Loss.*/, ''));
  });

  it('goes by the first brand that says something, and refuses what only resembles', () => {
    const heif = (major: string, ...others: string[]): Uint8Array =>
      joined([0, 0, 0, 16 + others.length * 4], ascii('ftyp'), ascii(major), [0, 0, 0, 0], others.flatMap(ascii));
    expect(sniffFormat(heif('mif1', 'avif'))).toBe('avif');
    expect(sniffFormat(heif('mif1', 'miaf', 'heic'))).toBe('heic');
    expect(sniffFormat(heif('heic', 'avif'))).toBe('heic');
    expect(sniffFormat(heif('mp42', 'isom'))).toBeUndefined();
    expect(sniffFormat(joined(ascii('GIF89a')))).toBeUndefined();
    expect(sniffFormat(joined(ascii('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toBeUndefined();
    expect(sniffFormat(joined(ascii('RIFF\0\0\0\0WAVEfmt ')))).toBeUndefined();
    expect(sniffFormat(new Uint8Array())).toBeUndefined();
  });
});

describe('readDimensions', () => {
  it.each(files)('reads the size of a real file of kind %s', (_name, bytes) => {
    expect(readDimensions(bytes)).toEqual({ width: 40, height: 20 });
  });

  it.each([jpegWith, pngWith, webpWith])('gives the size as a viewer shows it (%p)', (withExif) => {
    for (const orientation of [1, 2, 3, 4]) expect(readDimensions(withExif(big(orientation)))).toEqual({ width: 40, height: 20 });
    for (const orientation of [5, 6, 7, 8]) {
      expect(readDimensions(withExif(little(orientation)))).toEqual({ width: 20, height: 40 });
      expect(readDimensions(withExif(big(orientation)))).toEqual({ width: 20, height: 40 });
    }
  });

  it('follows the turn that a HEIF file asks for', () => {
    const turned = Buffer.from(file('heic'));
    turned.write('irot\x01', turned.indexOf('pixi'), 'latin1');
    expect(readDimensions(turned)).toEqual({ width: 20, height: 40 });
  });

  it('says nothing when the header is not within the bytes', () => {
    for (const [, bytes] of files) expect(readDimensions(bytes.subarray(0, 20))).toBeUndefined();
  });

  /** 20 MB of the smallest piece that the container allows, each with a directory that claims 65,535 entries. */
  const crowd = (start: Uint8Array, before: number[], after: number[] = []): Uint8Array => {
    const piece = Buffer.from([...before, ...ascii('MM\0*'), 0, 0, 0, 8, 0xff, 0xff, ...after]);
    return Buffer.concat([start, Buffer.alloc(20 * 2 ** 20, piece)]);
  };

  it.each([
    ['jpeg', crowd(Uint8Array.of(0xff, 0xd8), [0xff, 0xe1, 0, 18, ...ascii('Exif\0\0')])],
    ['png', crowd(file('png').subarray(0, 33), [0, 0, 0, 10, ...ascii('eXIf')], [0, 0, 0, 0])],
    ['webp', crowd(webpWith([]).subarray(0, 30), [...ascii('EXIF'), 10, 0, 0, 0])],
    ['heic', crowd(file('heic').subarray(0, 28), [0, 0, 0, 18, ...ascii('free')])],
  ])('gives up early on a %s of millions of pieces, so that one file cannot hold up a server', (_name, bytes) => {
    const costsMs = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      readDimensions(bytes);
      return process.cpuUsage(before).user / 1_000;
    });
    expect(Math.min(...costsMs)).toBeLessThan(250);
  });

  it('ends and never throws, whatever the bytes', () => {
    const anyFile = constantFrom(...files.map(([, bytes]) => bytes), jpegWith(little(6)), pngWith(big(6)), webpWith(little(8)));
    const damage = array(tuple(nat(600), integer({ min: 0, max: 255 })), { maxLength: 12 });
    assert(
      property(anyFile, damage, nat(700), (bytes, changes, length) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const found = readDimensions(damaged.subarray(0, length));
        expect(found === undefined || (found.width > 0 && found.height > 0)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
