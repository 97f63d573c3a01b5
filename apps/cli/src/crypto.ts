import { createPublicKey, hash, verify } from 'node:crypto';
import { type NoteKey, parseNoteKey, type Sha256, type VerifyEd25519 } from '@flux-context/tree';
import { UsageError } from './errors.js';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

/** What DER puts before the 32 bytes of an Ed25519 public key (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => verify(null, message, createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: 'der', type: 'spki' }), signature);

/** The key that was given with a flag. */
export function givenKey(flag: string, line: string): NoteKey {
  try {
    return parseNoteKey(sha256, line.trim());
  } catch {
    throw new UsageError(`${flag} is not a public key of an appliance. It looks like name+0123abcd+AbCd….`);
  }
}
