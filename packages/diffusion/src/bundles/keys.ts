import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Public keys of those whose archives are opened, by their id. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** Who signs an archive. */
export interface SigningKey {
  /** The name of the public key's file among the trusted keys, without `.pem`. */
  readonly id: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

export class KeyError extends Error {
  override readonly name = 'KeyError';
}

function ed25519(file: string, read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, without a word of the file: it may hold a private key.
  }
  throw new KeyError(`${file} is not an Ed25519 key in PEM form.`);
}

/** Reads each `<key id>.pem` of a folder (Ed25519, SPKI). Throws `KeyError` for another kind of key. */
export async function readTrustedKeys(folder: string): Promise<TrustedKeys> {
  const keys = new Map<string, KeyObject>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.pem'))) {
    const text = await readFile(join(folder, name));
    keys.set(basename(name, '.pem'), ed25519(name, () => createPublicKey(text)));
  }
  return keys;
}

/** Reads `<key id>.key` (Ed25519, PKCS 8). Throws `KeyError`. */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const text = await readFile(file);
  return { id: basename(file, '.key'), privateKey: ed25519(basename(file), () => createPrivateKey(text)) };
}
