import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { packEntries, parseTilePath, type TileAt, tilePath, tilesOf, unpackEntries } from './index.js';

describe('the address of a tile', () => {
  it.each<[TileAt, string]>([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 2, index: 0, width: 1 }, 'tile/2/000.p/1'],
    [{ level: 'entries', index: 1_234_067, width: 8 }, 'tile/entries/x001/x234/067.p/8'],
  ])('is %j at %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it('is read back, whatever the tile', () => {
    const tiles = fc.record({ level: fc.oneof(fc.nat(63), fc.constant('entries' as const)), index: fc.nat(10 ** 12), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(fc.property(tiles, (tile) => expect(parseTilePath(tilePath(tile))).toEqual(tile)));
  });

  it.each(['tile/00/000', 'tile/64/000', 'tile/0/0', 'tile/0/x000/000', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/0/../000', 'tile/0/000/', '/tile/0/000', 'tile/-1/000', 'tile/data/000', 'checkpoint'])('is not %s', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  it('counts the tiles of a tree of 70,000 entries as the specification does', () => {
    const tiles = [...tilesOf(70_000)].map(({ level, width }) => `${level}:${width}`);
    expect(tiles.filter((tile) => tile === '0:256')).toHaveLength(273);
    expect(tiles.filter((tile) => tile !== '0:256')).toEqual(['0:112', '1:256', '1:17', '2:1']);
    expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  });
});

describe('a bundle', () => {
  const lists = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 });

  it('gives its entries back', () => {
    fc.assert(fc.property(lists, (entries) => expect(unpackEntries(packEntries(entries), entries.length).map((entry) => Buffer.from(entry))).toEqual(entries.map((entry) => Buffer.from(entry)))));
  });

  it('is refused when it is cut off, longer, or of another number', () => {
    fc.assert(
      fc.property(lists.filter((entries) => entries.length > 0), fc.nat(), (entries, cut) => {
        const bundle = packEntries(entries);
        expect(() => unpackEntries(bundle.subarray(0, cut % bundle.length), entries.length)).toThrow('A bundle');
        expect(() => unpackEntries(Buffer.concat([bundle, Buffer.of(0)]), entries.length)).toThrow('A bundle');
        expect(() => unpackEntries(bundle, entries.length + 1)).toThrow('A bundle');
      }),
    );
  });

  it('holds entries of 65,535 bytes and no longer ones', () => {
    expect(unpackEntries(packEntries([Buffer.alloc(65_535, 7)]), 1)[0]).toHaveLength(65_535);
    expect(() => packEntries([Buffer.alloc(65_536)])).toThrow('longer');
  });
});
