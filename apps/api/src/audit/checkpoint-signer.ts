import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import { type Secret } from '@flux-context/runtime';
import { formatCheckpoint, formatNoteKey, hashingWith, type NoteKey, type Sha256, signNote, type TreeHead } from '@flux-context/tree';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');
export const hashing = hashingWith(sha256);

/** What DER puts before the 32 bytes of an Ed25519 private key (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The log's name and key. Whoever holds the key can sign another history, which only earlier checkpoints would give away. */
export class CheckpointSigner {
  readonly #privateKey: KeyObject;
  readonly #key: NoteKey;

  constructor(name: string, seed: Secret) {
    this.#privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, Buffer.from(seed.reveal(), 'base64url')]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#privateKey).export({ type: 'spki', format: 'der' });
    this.#key = { name, publicKey: spki.subarray(-32) };
  }

  /** The public key as verifiers take it. */
  get verifierKey(): string {
    return formatNoteKey(sha256, this.#key);
  }

  /** A checkpoint of this tree. It must go on from every one that was signed before. */
  sign(head: TreeHead): string {
    return signNote(sha256, formatCheckpoint({ origin: this.#key.name, ...head }), this.#key, (message) => sign(null, message, this.#privateKey));
  }
}
