import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EnvelopeError } from './envelope-error.js';
import { joinFields } from './fields.js';
import { keepKeyFile, overwriteKeyFile, readKeyFile } from './key-file.js';
import { zero } from './zero.js';

/**
 * One key for each subject, a person as a rule, so that everything sealed for him can be made unreadable at once: by destroying
 * his key, wherever the sealed bytes and their copies are. A subject is named by its id, letters, digits and `_`.
 */
export interface SubjectKeys {
  /** Seals under the subject's key, made now when there never was one; undefined once it is destroyed. `context` names the one place where it opens. */
  sealField(subject: string, context: string, plain: Uint8Array): Promise<Uint8Array | undefined>;
  /** Opens what was sealed for this subject and context, else `envelope.damaged`; undefined when there is no key, or no more. */
  openField(subject: string, context: string, sealed: Uint8Array): Promise<Uint8Array | undefined>;
  /** Destroys the subject's key for ever: no other one is made for it. Safe to repeat, and for a subject that has none. */
  destroy(subject: string): Promise<void>;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
const subjectName = /^\w{1,100}$/;

const boundTo = (subject: string, context: string): Uint8Array => joinFields('flux-context/field/1', subject, context);

/** A sealed field: 12-byte random nonce, AES-256-GCM of the field, 16-byte tag; subject and context are additional data. */
function seal(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(aad);
  return Buffer.concat([nonce, sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
}

function open(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - tagBytes;
  if (end < nonceBytes) throw new EnvelopeError('envelope.damaged');
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(aad).setAuthTag(sealed.subarray(end));
  const plain = opening.update(sealed.subarray(nonceBytes, end));
  try {
    opening.final();
  } catch {
    zero(plain);
    throw new EnvelopeError('envelope.damaged');
  }
  return plain;
}

/**
 * Subjects' keys in files of the owner alone. Processes that share the directory agree on every key. A destroyed key is a file
 * of zeros and stays: somebody who seals at the same moment must find that there was a key, and make no second one. What a crash leaves
 * beside a key is a second name of the same file, or a key that sealed nothing.
 */
export function fileSubjectKeys(directory: string): SubjectKeys {
  function fileOf(subject: string): string {
    if (!subjectName.test(subject)) throw new TypeError('a subject is named by letters, digits and _');
    return path.join(directory, subject);
  }

  async function prepare(): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
  }

  async function made(file: string): Promise<Uint8Array | 'destroyed' | undefined> {
    await prepare();
    await keepKeyFile(file, randomBytes(keyBytes));
    return readKeyFile(file, keyBytes);
  }

  /** Lends the key to `use`, and zeroes it. */
  function withKey<T>(key: Uint8Array | 'destroyed' | undefined, use: (key: Uint8Array) => T): T | undefined {
    if (key === undefined || key === 'destroyed') return undefined;
    try {
      return use(key);
    } finally {
      zero(key);
    }
  }

  return {
    async sealField(subject, context, plain) {
      const file = fileOf(subject);
      const key = (await readKeyFile(file, keyBytes)) ?? (await made(file));
      return withKey(key, (found) => seal(found, boundTo(subject, context), plain));
    },

    async openField(subject, context, sealed) {
      return withKey(await readKeyFile(fileOf(subject), keyBytes), (found) => open(found, boundTo(subject, context), sealed));
    },

    async destroy(subject) {
      const file = fileOf(subject);
      await prepare();
      await overwriteKeyFile(file, keyBytes);
    },
  };
}
