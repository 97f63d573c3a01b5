import type { Secret } from '@flux-context/runtime';
import { formatCheckpoint, signNote, type TreeHead } from '@flux-context/tree';
import { NoteSigner, sha256 } from './note-signer.js';

/** The log's name and key. Whoever holds the key can sign another history, which only earlier checkpoints would give away. */
export class CheckpointSigner {
  readonly #signer: NoteSigner;

  constructor(name: string, seed: Secret) {
    this.#signer = new NoteSigner(name, seed);
  }

  get verifierKey(): string {
    return this.#signer.verifierKey;
  }

  /** A checkpoint of this tree. It must go on from every one that was signed before. */
  sign(head: TreeHead): string {
    const { key, sign } = this.#signer;
    return signNote(sha256, formatCheckpoint({ origin: key.name, ...head }), key, sign);
  }
}
