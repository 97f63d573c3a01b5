import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { access, link, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutputFormat } from '@flux-context/contracts';
import { FileError, UsageError } from './errors.js';

const extensions: Readonly<Record<string, OutputFormat>> = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp', '.avif': 'avif' };

/**
 * The format to ask for: what `--format` says or the extension means; undefined for the source's own. An extension that says
 * something else than what would be in the file is refused.
 */
export function outputFormatOf(file: string, wanted: OutputFormat | undefined): OutputFormat | undefined {
  const extension = file === '-' ? '' : path.extname(file).toLowerCase();
  if (extension === '') return wanted;
  const meant = extensions[extension];
  if (!meant) throw new UsageError(`"${extension}" cannot be written. Name the output .jpg, .png, .webp or .avif.`);
  if (wanted && wanted !== meant) throw new UsageError(`--format ${wanted} does not go with an output named "${extension}".`);
  return meant;
}

/** Checks before anything is sent or charged that the output can be written. */
export async function checkOutput(file: string, force: boolean): Promise<void> {
  const folder = path.dirname(path.resolve(file));
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw new UsageError(`${file} is a folder. Name a file.`);
  if (existing && !force) throw new UsageError(`${file} exists already. Choose another name, or overwrite it with --force.`);
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(`Nothing can be written in ${folder}.`);
  });
}

/** Gives the finished file its name; without `force` only where nothing has that name, which a link alone can promise. */
async function settle(draft: string, file: string, force: boolean): Promise<void> {
  if (force) return rename(draft, file);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new FileError(`${file} appeared meanwhile and was not overwritten.`);
    return rename(draft, file);
  }
  return unlink(draft);
}

/** Writes the picture whole or not at all: under another name in the same folder first. Returns its size in bytes. */
export async function writeOutput(file: string, force: boolean, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const draft = path.join(path.dirname(path.resolve(file)), `.flux-${randomBytes(6).toString('hex')}.part`);
  const writing = createWriteStream(draft, { flags: 'wx', flush: true });
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), writing);
    await settle(draft, file, force);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    throw new FileError(`${file} could not be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return writing.bytesWritten;
}
