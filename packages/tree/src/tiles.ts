import { hashBytes } from './hashing.js';
import { TreeError } from './tree-error.js';

/** Hashes in a full tile, and entries in a full bundle. */
export const tileWidth = 256;

/** Tree levels that one tile spans. */
export const tileHeight = 8;

/** The largest entry that a bundle can hold: its length is written in 16 bits. */
export const entryBytesMax = 65_535;

/** A tile of hashes, or at the level `entries` a bundle of entries. `width` below 256 means partial. */
export interface TileAt {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/**
 * The address of a tile below the log's prefix, by c2sp.org/tlog-tiles: `tile/<L>/<N>[.p/<W>]`, N in groups of three digits of
 * which all but the last begin with `x`.
 */
export function tilePath({ level, index, width }: TileAt): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const address = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${address}${width < tileWidth ? `.p/${width}` : ''}`;
}

/** The tile of an address, or undefined: an address is only what `tilePath` writes. */
export function parseTilePath(path: string): TileAt | undefined {
  const found = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (found === null) return undefined;
  const [, level = '', address = '', width] = found;
  const tile = { level: level === 'entries' ? level : Number(level), index: Number(address.replaceAll(/[x/]/g, '')), width: width === undefined ? tileWidth : Number(width) } as const;
  const possible = tile.width > 0 && (tile.level === 'entries' || tile.level < 64) && tilePath(tile) === path;
  return possible ? tile : undefined;
}

/** How many hashes the level has in a tree of `size` entries: each stands for a full tile of the level below. */
export const hashesAt = (level: number, size: number): number => Math.floor(size / tileWidth ** level);

/** The tile that holds hash `at` of `level`, as wide as it is in a tree of `size` entries. */
export function tileOf(level: number, at: number, size: number): TileAt {
  const index = Math.floor(at / tileWidth);
  return { level, index, width: Math.min(tileWidth, hashesAt(level, size) - index * tileWidth) };
}

/** Every tile of hashes of a tree of `size` entries, from the leaves up. */
export function* tilesOf(size: number): Generator<TileAt & { level: number }> {
  for (let level = 0; hashesAt(level, size) > 0; level += 1) {
    for (let at = 0; at < hashesAt(level, size); at += tileWidth) yield { ...tileOf(level, at, size), level };
  }
}

/** Every bundle of entries of a tree of `size` entries. */
export function* bundlesOf(size: number): Generator<TileAt & { level: 'entries' }> {
  for (let at = 0; at < size; at += tileWidth) yield { ...tileOf(0, at, size), level: 'entries' };
}

export const hashesIn = (tile: Uint8Array): Uint8Array[] => Array.from({ length: tile.length / hashBytes }, (_, at) => tile.subarray(at * hashBytes, (at + 1) * hashBytes));

/** Entries one after the other, each behind its length in two bytes, the higher first. */
export function packEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > entryBytesMax) throw new TreeError('An entry is longer than a bundle can hold.');
    view.setUint16(at, entry.length);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle. Throws `TreeError` unless it ends with its last entry and there are as many as expected. */
export function unpackEntries(bundle: Uint8Array, expected: number): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 <= bundle.length ? at + 2 + view.getUint16(at) : Infinity;
    if (end > bundle.length) throw new TreeError('A bundle ends within an entry.');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== expected) throw new TreeError(`A bundle holds ${entries.length} entries where ${expected} should be.`);
  return entries;
}
