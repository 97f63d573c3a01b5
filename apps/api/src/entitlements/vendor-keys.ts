import { createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Public keys of vendors by their id. */
export type VendorKeys = ReadonlyMap<string, KeyObject>;

export const VENDOR_KEYS = Symbol('vendor keys');

/** Reads each `<key id>.pem` of a folder (Ed25519, SPKI). Throws when it holds none, or another kind of key. No folder: nobody is trusted. */
export function readVendorKeys(directory: string | undefined): VendorKeys {
  if (directory === undefined) return new Map();
  const keys = new Map<string, KeyObject>();
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.pem'))) {
    const key = createPublicKey(readFileSync(join(directory, name)));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`The vendor key ${name} is not an Ed25519 key.`);
    keys.set(basename(name, '.pem'), key);
  }
  if (keys.size === 0) throw new Error('The folder of vendor keys holds no .pem file.');
  return keys;
}
