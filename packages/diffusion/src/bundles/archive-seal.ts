import { sign, verify } from 'node:crypto';
import { z } from 'zod';
import { BundleError } from './bundle-error.js';
import type { SigningKey, TrustedKeys } from './keys.js';

export const sealName = 'bundle.sig.json';
export const sealBytesMax = 4_096;

const seal = z.strictObject({ keyId: z.string().min(1).max(200), signature: z.base64url().length(86) });

/** A signature of a manifest is one for nothing else, whatever else the key may sign. */
const purpose = Buffer.from('flux-context bundle manifest, version 1\n');

/** Signs the bytes of a manifest. It names the hash of each file, so the signature covers the whole archive. */
export function sealManifest(manifest: Uint8Array, { id, privateKey }: SigningKey): Buffer {
  const signature = sign(null, Buffer.concat([purpose, manifest]), privateKey).toString('base64url');
  return Buffer.from(`${JSON.stringify(seal.parse({ keyId: id, signature }))}\n`);
}

/** Throws `bundle.unsigned`, `bundle.key_unknown` or `bundle.signature` unless a trusted key has signed exactly these bytes. */
export function checkSeal(manifest: Uint8Array, bytes: Uint8Array, keys: TrustedKeys): void {
  const { keyId, signature } = parseSeal(bytes);
  const key = keys.get(keyId);
  if (!key) throw new BundleError('bundle.key_unknown', keyId);
  if (!verify(null, Buffer.concat([purpose, manifest]), key, Buffer.from(signature, 'base64url'))) throw new BundleError('bundle.signature');
}

function parseSeal(bytes: Uint8Array) {
  try {
    return seal.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new BundleError('bundle.unsigned', undefined, { cause });
  }
}
