import { hashBytes, type Hashing, joined } from './hashing.js';
import { hashesAt, hashesIn, type TileAt, tileOf, tileWidth } from './tiles.js';
import { TreeError } from './tree-error.js';

/** A tile of hashes and what is in it. */
export interface Tile extends TileAt {
  readonly level: number;
  readonly hashes: Uint8Array;
}

/**
 * A tree that grows at its right edge. It remembers only that edge, the partial tile of each level: at most 8 KiB a level,
 * whatever the size. Tiles that it gives back are the caller's to keep.
 */
export class GrowingTree {
  #size = 0;
  readonly #edge: Uint8Array[] = [];

  constructor(private readonly hashing: Hashing) {}

  /** The partial tiles that `resume` needs for a tree of this size; none of a level that is just full. */
  static edgeOf(size: number): (TileAt & { level: number })[] {
    const levels: (TileAt & { level: number })[] = [];
    for (let level = 0; hashesAt(level, size) > 0; level += 1) {
      const count = hashesAt(level, size);
      if (count % tileWidth > 0) levels.push({ ...tileOf(level, count - 1, size), level });
    }
    return levels;
  }

  /** Goes on where a tree of this size ended. Throws `TreeError` when a tile of its edge is missing or has another width. */
  static resume(hashing: Hashing, size: number, tiles: readonly Tile[]): GrowingTree {
    const tree = new GrowingTree(hashing);
    for (const { level, index, width } of GrowingTree.edgeOf(size)) {
      const tile = tiles.find((one) => one.level === level && one.index === index);
      if (tile?.hashes.length !== width * hashBytes) throw new TreeError(`Tile ${index} of level ${level} should hold ${width} hashes.`);
      tree.#edge[level] = tile.hashes;
    }
    tree.#size = size;
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends leaf hashes and returns every tile that is new or has become wider, as it is now. */
  append(leaves: readonly Uint8Array[]): Tile[] {
    const changed: Tile[] = [];
    let fresh = leaves;
    for (let level = 0; fresh.length > 0; level += 1) {
      const firstTile = Math.floor(hashesAt(level, this.#size) / tileWidth);
      const hashes = joined(this.#edge[level] ?? new Uint8Array(), ...fresh);
      const tiles = cut(hashes).map((part, at) => ({ level, index: firstTile + at, width: part.length / hashBytes, hashes: part }));
      const full = tiles.filter(({ width }) => width === tileWidth);
      this.#edge[level] = tiles[full.length]?.hashes ?? new Uint8Array();
      fresh = full.map((tile) => rootOfHashes(this.hashing, hashesIn(tile.hashes)));
      changed.push(...tiles);
    }
    this.#size += leaves.length;
    return changed;
  }

  /** The Merkle tree hash of all that was appended. */
  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (let level = 0; level < this.#edge.length; level += 1) {
      let rest = hashesIn(this.#edge[level] ?? new Uint8Array());
      for (let width = 1; rest.length > 0; width *= 2) {
        if (rest.length % (width * 2) === 0) continue;
        const subtree = rootOfHashes(this.hashing, rest.slice(-width));
        root = root === undefined ? subtree : this.hashing.node(subtree, root);
        rest = rest.slice(0, -width);
      }
    }
    return root ?? this.hashing.empty;
  }
}

const cut = (hashes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(hashes.length / (tileWidth * hashBytes)) }, (_, at) => hashes.slice(at * tileWidth * hashBytes, (at + 1) * tileWidth * hashBytes));

/** The root over the hashes of equal, complete subtrees; their number is a power of two. */
export function rootOfHashes(hashing: Hashing, hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, at) => hashing.node(row[2 * at] ?? hashing.empty, row[2 * at + 1] ?? hashing.empty));
  return row[0] ?? hashing.empty;
}
