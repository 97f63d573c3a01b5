import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BundleError } from './bundle-error.js';
import { openInside, readSmall } from './inside.js';
import { type BundleFile, type BundleManifest, isBundleId, manifestBytesMax, manifestName, parseManifest } from './manifest.js';

/** An installed bundle: its folder, as an absolute path, and what `bundle.json` says about it. */
export interface Bundle {
  readonly folder: string;
  readonly manifest: BundleManifest;
}

/** A folder among the bundles that cannot be used, and why. */
export interface RefusedBundle {
  readonly id: string;
  readonly error: BundleError;
}

/** Follows work on many bytes. */
export interface Following {
  /** Called with the bytes done since the last call. */
  readonly onBytes?: (bytes: number) => void;
  /** Stops the work between two pieces. */
  readonly signal?: AbortSignal;
}

/** Reads a file piece by piece. A piece is good only until the next one is asked for. */
export async function* readPieces(folder: string, path: string, { onBytes, signal }: Following = {}): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(4 * 2 ** 20);
  const file = await openInside(folder, path);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      onBytes?.(bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function checkSize(folder: string, { path, bytes }: BundleFile): Promise<void> {
  const file = await openInside(folder, path);
  try {
    if ((await file.stat()).size !== bytes) throw new BundleError('bundle.damaged', path);
  } finally {
    await file.close();
  }
}

/** Whether a file has the bytes that were recorded. Throws `bundle.damaged`, `bundle.file_missing`, `bundle.path`. */
export async function verifyFile(folder: string, file: BundleFile, following: Following = {}): Promise<void> {
  await checkSize(folder, file);
  const sha256 = createHash('sha256');
  for await (const piece of readPieces(folder, file.path, following)) sha256.update(piece);
  if (sha256.digest('hex') !== file.sha256) throw new BundleError('bundle.damaged', file.path);
}

/**
 * Reads an installed bundle: the manifest must have its form, and each file must be there, plain and of the recorded size. Hashes were
 * compared when it was installed; `verifyBundle` compares them again. Throws `BundleError`.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const text = await readSmall(folder, manifestName, manifestBytesMax);
  if (!text) throw new BundleError('bundle.unknown', basename(folder));
  const manifest = parseManifest(text.toString('utf8'));
  for (const file of manifest.files) await checkSize(folder, file);
  return { folder: resolve(folder), manifest };
}

/** Reads every byte of a bundle and compares it with what was recorded. Throws `bundle.damaged`, `bundle.file_missing`, `bundle.path`. */
export async function verifyBundle({ folder, manifest }: Bundle, following: Following = {}): Promise<void> {
  for (const file of manifest.files) await verifyFile(folder, file, following);
}

async function readNamed(folder: string): Promise<Bundle> {
  const bundle = await readBundle(folder);
  if (bundle.manifest.id !== basename(folder)) throw new BundleError('bundle.renamed', basename(folder));
  return bundle;
}

/** One bundle of the models folder. Throws `bundle.unknown`, and why it cannot be used. */
export async function findBundle(modelsFolder: string, id: string): Promise<Bundle> {
  if (!isBundleId(id)) throw new BundleError('bundle.unknown', id);
  return readNamed(join(modelsFolder, id));
}

/** The bundles of the models folder by name; those that cannot be used stand apart, so that one does not hide the others. A missing folder holds none. */
export async function listBundles(modelsFolder: string): Promise<{ bundles: Bundle[]; refused: RefusedBundle[] }> {
  const entries = await readdir(modelsFolder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const bundles: Bundle[] = [];
  const refused: RefusedBundle[] = [];
  for (const id of entries.filter((entry) => entry.isDirectory() && isBundleId(entry.name)).map(({ name }) => name).toSorted()) {
    try {
      bundles.push(await readNamed(join(modelsFolder, id)));
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      refused.push({ id, error });
    }
  }
  return { bundles, refused };
}
