import { readFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LogSource, TreeError, tilePath } from '@flux-context/tree';
import type { Client } from './client.js';
import { FileError, ProblemError, UnreachableError } from './errors.js';

/** Reads one file of a log: `checkpoint`, `key`, `minimum`, or a tile by its address. Throws `TreeError` when the log has no such file. */
export type ReadLogFile = (name: string) => Promise<Uint8Array>;

/** The largest file of a log: a bundle of 256 entries of 65,535 bytes, behind their lengths. */
const fileBytesMax = 256 * (65_535 + 2);

export const sourceOf = (read: ReadLogFile): LogSource => ({ checkpoint: async () => new TextDecoder().decode(await read('checkpoint')), tile: (at) => read(tilePath(at)), minimum: () => minimumOf(read) });

/** A log without this file begins at its first entry. */
const minimumOf = (read: ReadLogFile): Promise<number> =>
  read('minimum').then(
    (bytes) => Number(new TextDecoder().decode(bytes).trim() || Number.NaN),
    (error: unknown) => {
      if (error instanceof TreeError) return 0;
      throw error;
    },
  );

const missing = (name: string) => new TreeError(`The log has no ${name}.`);

/** From the appliance, as somebody who may read the log. */
export const readFromAppliance = (client: () => Promise<Client>): ReadLogFile => async (name) => {
  try {
    return await bounded(await (await client()).auditFile(name));
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'audit.not_found') throw missing(name);
    throw error;
  }
};

/** From a copy that a web server hands out, to anybody and without a key. */
export const readFromWeb = (prefix: URL, signal: AbortSignal): ReadLogFile => async (name) => {
  const answer = await fetch(`${prefix.href.replace(/\/$/, '')}/${name}`, { signal, redirect: 'error' }).catch(() => undefined);
  if (answer?.status === 404) throw missing(name);
  if (!answer?.ok || !answer.body) throw new UnreachableError(`No log can be read at ${prefix.origin}. Is the address right?`);
  return bounded(answer.body);
};

/** From a folder that holds the files under their addresses. */
export const readFromFolder = (folder: string): ReadLogFile => async (name) => {
  try {
    return await readFile(path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(name);
    throw new FileError(`A file of the log in ${folder} cannot be read.`);
  }
};

/** Also keeps whatever is read, so that other verifiers can read it from the folder. */
export const keeping = (folder: string, read: ReadLogFile): ReadLogFile => async (name) => {
  const bytes = await read(name);
  const file = path.join(folder, name);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  } catch {
    throw new FileError(`The log cannot be written to ${folder}.`);
  }
  return bytes;
};

async function bounded(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > fileBytesMax) throw new TreeError('A file of the log is longer than any can be.');
    kept.push(piece);
  }
  return Buffer.concat(kept);
}
