import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { damages, piecesOf } from './damage.js';
import { damagedFiles } from './files/corpus.js';
import { wholePictures } from './pictures.js';

const digestOf = async (seed: number) => {
  const hash = createHash('sha256');
  for (const file of await damagedFiles(230, seed)) hash.update(file.read());
  return hash.digest('hex');
};

describe('damaged pictures', () => {
  it('are the same for the same seed, so that a fault can be seen again', async () => {
    expect(await digestOf(1)).toBe(await digestOf(1));
    expect(await digestOf(1)).not.toBe(await digestOf(2));
  });

  it('come in every kind of damage', async () => {
    const kinds = new Set((await damagedFiles(230, 1)).map(({ group }) => group));
    expect(kinds).toEqual(new Set(Object.keys(damages).map((kind) => `damaged ${kind}`)));
  });

  it('are cut where their format joins its pieces', async () => {
    for (const [name, whole] of await wholePictures()) {
      const pieces = piecesOf(whole);
      expect([name, pieces.length >= 2, Buffer.concat(pieces).equals(whole)]).toEqual([name, true, true]);
    }
  });
});
