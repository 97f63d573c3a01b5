import { rootOfHashes } from './growing-tree.js';
import { hashBytes, type Hashing, sameBytes } from './hashing.js';
import { hashesIn, type TileAt, tileHeight, tileOf, tilePath, tileWidth } from './tiles.js';
import { TreeError } from './tree-error.js';

/** Entries from `start` up to `end`, which is not among them: D[start:end] in the words of RFC 6962. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads one tile of hashes. It may be asked for a partial tile; more hashes than asked for do no harm. */
export type ReadTile = (tile: TileAt & { level: number }) => Promise<Uint8Array>;

/** Where RFC 6962 splits: before the largest power of two smaller than the range. */
function splitOf({ start, end }: Range): number {
  let width = 1;
  while (width * 2 < end - start) width *= 2;
  return start + width;
}

/** PATH(m, D[n]) of RFC 6962 section 2.1.1, as the ranges whose hashes it consists of, from the leaf up. */
function inclusionPath(index: number, within: Range): Range[] {
  if (within.end - within.start === 1) return [];
  const split = splitOf(within);
  const [left, right] = [{ start: within.start, end: split }, { start: split, end: within.end }];
  return index < split ? [...inclusionPath(index, left), right] : [...inclusionPath(index, right), left];
}

/** PROOF(m, D[n]) of RFC 6962 section 2.1.2: what ends with the older tree is left out where the verifier knows it. */
function consistencyPath(older: number, within: Range): Range[] {
  if (within.end === older) return within.start === 0 ? [] : [within];
  const split = splitOf(within);
  const [left, right] = [{ start: within.start, end: split }, { start: split, end: within.end }];
  return older <= split ? [...consistencyPath(older, left), right] : [...consistencyPath(older, right), left];
}

/** The complete subtrees of a range, from the left; each is a power of two wide and lies at a multiple of its width. */
function subtreesOf(range: Range): Range[] {
  const width = range.end - range.start;
  if (width === 0) return [];
  const split = splitOf(range);
  const complete = width === 1 || split - range.start === width / 2;
  return complete ? [range] : [{ start: range.start, end: split }, ...subtreesOf({ start: split, end: range.end })];
}

/** The hashes of one level under a complete subtree: of the highest level that still divides it. */
function hashesUnder({ start, end }: Range): { level: number; from: number; count: number } {
  const level = Math.floor(Math.log2(end - start) / tileHeight);
  return { level, from: start / tileWidth ** level, count: (end - start) / tileWidth ** level };
}

/** The Merkle tree hashes of ranges, from as few tiles as they need, each read once. */
async function hashesOf(hashing: Hashing, ranges: readonly Range[], size: number, readTile: ReadTile): Promise<Uint8Array[]> {
  const tiles = new Map<string, Promise<Uint8Array>>();
  const subtree = async (range: Range): Promise<Uint8Array> => {
    const { level, from, count } = hashesUnder(range);
    const tile = { ...tileOf(level, from, size), level };
    const path = tilePath(tile);
    const reading = tiles.get(path) ?? readTile(tile);
    tiles.set(path, reading);
    const bytes = await reading;
    if (bytes.length < tile.width * hashBytes) throw new TreeError(`${path} is too short.`);
    const within = from % tileWidth;
    return rootOfHashes(hashing, hashesIn(bytes).slice(within, within + count));
  };
  return Promise.all(
    ranges.map(async (range) => {
      const hashes = await Promise.all(subtreesOf(range).map(subtree));
      return hashes.reduceRight((right, left) => hashing.node(left, right));
    }),
  );
}

/** The root of the tree of `size` entries. */
export async function rootFromTiles(hashing: Hashing, size: number, readTile: ReadTile): Promise<Uint8Array> {
  if (size === 0) return hashing.empty;
  const [root] = await hashesOf(hashing, [{ start: 0, end: size }], size, readTile);
  return root ?? hashing.empty;
}

/** The audit path of the entry `index` in the tree of `size` entries, from the leaf's sibling up. */
export function proveInclusion(hashing: Hashing, index: number, size: number, readTile: ReadTile): Promise<Uint8Array[]> {
  if (!(index >= 0 && index < size)) throw new RangeError('No such entry in a tree of this size.');
  return hashesOf(hashing, inclusionPath(index, { start: 0, end: size }), size, readTile);
}

/** The proof that the tree of `older` entries is the beginning of the tree of `newer` entries. */
export function proveConsistency(hashing: Hashing, older: number, newer: number, readTile: ReadTile): Promise<Uint8Array[]> {
  if (!(older >= 0 && older <= newer)) throw new RangeError('The older tree is the larger one.');
  if (older === 0) return Promise.resolve([]);
  return hashesOf(hashing, consistencyPath(older, { start: 0, end: newer }), newer, readTile);
}

/** The head of a tree: how many entries it has, and the hash over them. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the proof shows `leaf` at `index` of the tree with this head. */
export function verifyInclusion(hashing: Hashing, leaf: Uint8Array, index: number, head: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isPlace(index) || !isPlace(head.size) || index >= head.size || !areHashes(proof)) return false;
  const path = inclusionPath(index, { start: 0, end: head.size });
  if (path.length !== proof.length) return false;
  const root = proof.reduce((hash, sibling, at) => ((path[at]?.start ?? 0) > index ? hashing.node(hash, sibling) : hashing.node(sibling, hash)), leaf);
  return sameBytes(root, head.root);
}

/** Whether the proof shows that the tree with the head `newer` begins with the tree with the head `older`. */
export function verifyConsistency(hashing: Hashing, older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isPlace(older.size) || !isPlace(newer.size) || older.size > newer.size || !areHashes(proof)) return false;
  if (older.size === 0) return proof.length === 0 && sameBytes(older.root, hashing.empty);
  const path = consistencyPath(older.size, { start: 0, end: newer.size });
  if (path.length !== proof.length) return false;
  let [before, after] = [older.root, older.root];
  for (const [at, hash] of proof.entries()) {
    const { start = 0, end = 0 } = path[at] ?? {};
    if (at === 0 && end === older.size) [before, after] = [hash, hash];
    else if (start >= older.size) after = hashing.node(after, hash);
    else [before, after] = [hashing.node(hash, before), hashing.node(hash, after)];
  }
  return sameBytes(before, older.root) && sameBytes(after, newer.root);
}

const isPlace = (figure: number): boolean => Number.isSafeInteger(figure) && figure >= 0;
const areHashes = (proof: readonly Uint8Array[]): boolean => proof.every((hash) => hash.length === hashBytes);
