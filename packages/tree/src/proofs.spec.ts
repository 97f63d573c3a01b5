import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { GrowingTree, hashingWith, proveConsistency, proveInclusion, rootFromTiles, type Tile, tilePath, tilesOf, verifyConsistency, verifyInclusion } from './index.js';
import { entriesOf, hashing, MemoryLog, newSigner, sha256 } from './memory-log.spec-parts.js';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

/** MTH(D[n]) word for word as RFC 6962 section 2.1 defines it. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hashing.empty;
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hashing.node(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

/** The entries, roots and proofs with which Certificate Transparency's own implementation is tested. */
const known = {
  entries: ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'],
  roots: [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
  inclusion: [
    { index: 0, size: 8, path: ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'] },
    { index: 5, size: 8, path: ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'] },
    { index: 2, size: 3, path: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
  ],
  consistency: [
    { older: 1, newer: 8, path: ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'] },
    { older: 6, newer: 8, path: ['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'] },
    { older: 2, newer: 5, path: ['5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'] },
  ],
};

describe('the tree of the known vectors', () => {
  const entries = known.entries.map((entry) => Buffer.from(entry, 'hex'));
  const log = (size: number) => new MemoryLog(newSigner(), entries.slice(0, size));

  it('has the known roots', () => {
    expect(hex(hashing.empty)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const tree = new GrowingTree(hashing);
    for (const [at, entry] of entries.entries()) {
      tree.append([hashing.leaf(entry)]);
      expect(hex(tree.root())).toBe(known.roots[at]);
    }
  });

  it.each(known.inclusion)('has the known audit path of entry $index of $size', async ({ index, size, path }) => {
    expect((await proveInclusion(hashing, index, size, (tile) => log(size).tile(tile))).map(hex)).toEqual(path);
  });

  it.each(known.consistency)('has the known proof from $older to $newer', async ({ older, newer, path }) => {
    expect((await proveConsistency(hashing, older, newer, (tile) => log(newer).tile(tile))).map(hex)).toEqual(path);
  });
});

describe('a tree of 1 to 600 entries', () => {
  const sizeMax = 600;
  const leaves = entriesOf(sizeMax).map(hashing.leaf);
  const tiles = new Map<string, Uint8Array>();
  const roots: Uint8Array[] = [hashing.empty];
  const tree = new GrowingTree(hashing);
  for (const leaf of leaves) {
    for (const tile of tree.append([leaf])) tiles.set(tilePath(tile), tile.hashes);
    roots.push(tree.root());
  }
  const readTile = async (tile: Parameters<typeof tilePath>[0]) => tiles.get(tilePath(tile))!;
  const sizes = fc.integer({ min: 1, max: sizeMax });
  const entryAndSize = sizes.chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));

  it('has the root of the definition, however it grew', async () => {
    for (let size = 0; size <= sizeMax; size += 1) {
      expect(hex(roots[size])).toBe(hex(rootByDefinition(leaves.slice(0, size))));
      expect(hex(await rootFromTiles(hashing, size, readTile))).toBe(hex(roots[size]));
    }
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 6 }), (steps) => {
        const grown = new GrowingTree(hashing);
        for (const step of steps) grown.append(leaves.slice(grown.size, Math.min(sizeMax, grown.size + step)));
        expect(hex(grown.root())).toBe(hex(roots[grown.size]));
      }),
    );
  });

  it('goes on from its edge alone', () => {
    fc.assert(
      fc.property(sizes, sizes, (one, other) => {
        const [size, end] = [Math.min(one, other), Math.max(one, other)];
        const edge = GrowingTree.edgeOf(size).map((tile): Tile => ({ ...tile, hashes: tiles.get(tilePath(tile))! }));
        const resumed = GrowingTree.resume(hashing, size, edge);
        resumed.append(leaves.slice(size, end));
        expect(hex(resumed.root())).toBe(hex(roots[end]));
        if (edge.length > 0) expect(() => GrowingTree.resume(hashing, size, edge.slice(1))).toThrow('should hold');
      }),
    );
  });

  it('writes every tile that a tree of its size has', () => {
    for (const size of [1, 255, 256, 257, 511, 512, 600]) for (const tile of tilesOf(size)) expect(tiles.get(tilePath(tile))).toHaveLength(tile.width * 32);
  });

  it('proves entries of every size, and every entry of the small ones', async () => {
    for (let size = 1; size <= sizeMax; size += 1) {
      const all = size <= 40 ? Array.from({ length: size }, (_, index) => index) : [0, 256, size >> 1, size - 1].filter((index) => index < size);
      for (const index of all) {
        const proof = await proveInclusion(hashing, index, size, readTile);
        expect(verifyInclusion(hashing, leaves[index]!, index, { size, root: roots[size]! }, proof)).toBe(true);
      }
    }
  });

  it('proves every entry of any size, and no other leaf, place, size or path', async () => {
    await fc.assert(
      fc.asyncProperty(entryAndSize, fc.nat(), fc.nat(31), fc.nat(7), async ([index, size], where, byte, bit) => {
        const head = { size, root: roots[size]! };
        const proof = await proveInclusion(hashing, index, size, readTile);
        const holds = (leaf: Uint8Array, at: number, of: typeof head, path: Uint8Array[]) => verifyInclusion(hashing, leaf, at, of, path);
        const flip = (hash: Uint8Array) => hash.map((value, at) => (at === byte ? value ^ (1 << bit) : value));
        expect(holds(leaves[index]!, index, head, proof)).toBe(true);
        expect(holds(flip(leaves[index]!), index, head, proof)).toBe(false);
        expect(holds(leaves[index]!, index, { size, root: flip(head.root) }, proof)).toBe(false);
        expect(holds(leaves[index]!, index === 0 ? size : index - 1, head, proof)).toBe(false);
        expect(holds(leaves[index]!, index, head, [...proof, hashing.empty])).toBe(false);
        expect(holds(leaves[index]!, index, head, proof.map((hash) => hash.subarray(1)))).toBe(proof.length === 0);
        if (proof.length === 0) return;
        expect(holds(leaves[index]!, index, head, proof.slice(1))).toBe(false);
        expect(holds(leaves[index]!, index, head, proof.map((hash, at) => (at === where % proof.length ? flip(hash) : hash)))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('proves that it goes on where a smaller one ended, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.nat(), fc.nat(31), async (one, other, where, byte) => {
        const [older, newer] = [Math.min(one, other), Math.max(one, other)];
        const heads = [older, newer].map((size) => ({ size, root: roots[size]! })) as [{ size: number; root: Uint8Array }, { size: number; root: Uint8Array }];
        const proof = await proveConsistency(hashing, older, newer, readTile);
        const flip = (hash: Uint8Array) => hash.map((value, at) => (at === byte ? value ^ 1 : value));
        expect(verifyConsistency(hashing, ...heads, proof)).toBe(true);
        expect(verifyConsistency(hashing, { ...heads[0], root: flip(heads[0].root) }, heads[1], proof)).toBe(false);
        expect(verifyConsistency(hashing, heads[0], { ...heads[1], root: flip(heads[1].root) }, proof)).toBe(false);
        expect(verifyConsistency(hashing, ...heads, [...proof, hashing.empty])).toBe(false);
        if (older < newer) expect(verifyConsistency(hashing, heads[1], heads[0], proof)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(hashing, ...heads, proof.map((hash, at) => (at === where % proof.length ? flip(hash) : hash)))).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(verifyConsistency(hashing, { size: 0, root: hashing.empty }, { size: 3, root: roots[3]! }, [])).toBe(true);
  });

  it('takes no leaf for a node', () => {
    const { leaf, node } = hashingWith(sha256);
    expect(hex(leaf(Buffer.concat([leaves[0]!, leaves[1]!])))).not.toBe(hex(node(leaves[0]!, leaves[1]!)));
  });
});
