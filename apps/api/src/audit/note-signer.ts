import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import type { Secret } from '@flux-context/runtime';
import { formatNoteKey, hashingWith, type NoteKey, type Sha256, type SignEd25519 } from '@flux-context/tree';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');
export const hashing = hashingWith(sha256);

/** What DER puts before the 32 bytes of an Ed25519 private key (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A named Ed25519 key that signs notes, made from its seed: 32 bytes as base64url. */
export class NoteSigner {
  readonly #privateKey: KeyObject;
  readonly key: NoteKey;

  constructor(name: string, seed: Secret) {
    this.#privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, Buffer.from(seed.reveal(), 'base64url')]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#privateKey).export({ type: 'spki', format: 'der' });
    this.key = { name, publicKey: spki.subarray(-32) };
  }

  /** The public key as verifiers take it. */
  get verifierKey(): string {
    return formatNoteKey(sha256, this.key);
  }

  readonly sign: SignEd25519 = (message) => sign(null, message, this.#privateKey);
}
