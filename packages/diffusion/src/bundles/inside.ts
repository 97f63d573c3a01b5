import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { BundleError } from './bundle-error.js';

const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Opens a plain file of a folder for reading. Nothing on the way may be a link, so that no name leads out of the folder; a device or
 * a pipe is refused without waiting for it. `undefined` where there is no such file. Throws `bundle.path`.
 */
async function findInside(folder: string, path: string): Promise<FileHandle | undefined> {
  try {
    const root = await realpath(folder);
    const name = join(root, path);
    if (!name.startsWith(root + sep) || (await realpath(name)) !== name) throw new BundleError('bundle.path', path);
    const file = await open(name, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  throw new BundleError('bundle.path', path);
}

/** As `findInside`; throws `bundle.file_missing` where there is no such file. */
export async function openInside(folder: string, path: string): Promise<FileHandle> {
  const file = await findInside(folder, path);
  if (!file) throw new BundleError('bundle.file_missing', path);
  return file;
}

/** A whole small file; `undefined` where there is none. Throws `bundle.too_large` beyond `bytesMax`. */
export async function readSmall(folder: string, path: string, bytesMax: number): Promise<Buffer | undefined> {
  const file = await findInside(folder, path);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    if (size > bytesMax) throw new BundleError('bundle.too_large', path);
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object in a small file; `undefined` where there is none. Throws `bundle.malformed` and `bundle.too_large`. */
export async function findJson(folder: string, path: string, bytesMax: number): Promise<JsonObject | undefined> {
  const bytes = await readSmall(folder, path, bytesMax);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // Told below: a parser's message quotes what it read.
  }
  throw new BundleError('bundle.malformed', path);
}

/** As `findJson`; throws `bundle.file_missing` where there is no file. */
export async function readJson(folder: string, path: string, bytesMax: number): Promise<JsonObject> {
  const value = await findJson(folder, path, bytesMax);
  if (!value) throw new BundleError('bundle.file_missing', path);
  return value;
}
