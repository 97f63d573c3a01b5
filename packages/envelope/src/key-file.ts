import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { zero } from './zero.js';

const privateMode = 0o600;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** `undefined` in place of the error that says what is expected. */
const unless = (expected: string) => (error: unknown) => {
  if (codeOf(error) === expected) return undefined;
  throw error;
};

/** The key in a file, for the caller to zero; 'destroyed' when there is none any more, nor a whole one; undefined when there is no file. */
export async function readKeyFile(file: string, bytes: number): Promise<Uint8Array | 'destroyed' | undefined> {
  const key = await readFile(file).catch(unless('ENOENT'));
  return key === undefined || (key.length === bytes && key.some((byte) => byte !== 0)) ? key : 'destroyed';
}

/**
 * Keeps a key unless another process was first, and zeroes it. It is written whole beside its place and then linked there,
 * which one process alone can do, so nobody ever reads half a key or a second one.
 */
export async function keepKeyFile(file: string, key: Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', privateMode);
  try {
    await handle.write(key);
    await handle.sync();
  } finally {
    await handle.close();
    zero(key);
  }
  try {
    await link(draft, file);
  } catch (error) {
    await removeKeyFile(draft, key.length);
    return unless('EEXIST')(error);
  }
  await unlink(draft);
}

/**
 * Overwrites a key with zeros and leaves them there. On a disk, journals, snapshots and wear levelling may keep older blocks;
 * only a directory in memory makes this final.
 */
export async function overwriteKeyFile(file: string, bytes: number): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT, privateMode);
  try {
    await handle.write(new Uint8Array(bytes), 0, bytes, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Overwrites a key and removes its name, whoever else does so at the same time. */
export async function removeKeyFile(file: string, bytes: number): Promise<void> {
  await overwriteKeyFile(file, bytes);
  await unlink(file).catch(unless('ENOENT'));
}
