import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebReadable } from 'node:stream/web';
import { createTarPacker } from 'modern-tar';
import { sealManifest, sealName } from './archive-seal.js';
import { BundleError } from './bundle-error.js';
import type { SigningKey } from './keys.js';
import { type BundleFile, formatManifest, manifestName } from './manifest.js';
import { follow, type Followed } from './progress.js';
import { type Bundle, readPieces } from './read-bundle.js';

/** The same bundle gives the same archive. */
const entryOf = (name: string, size: number) => ({ name, size, type: 'file', mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }) as const;

/**
 * Writes a bundle as one signed tar: the manifest, its signature, and the files, each compared with the manifest on the way. An existing
 * `archive` stays. Throws `bundle.damaged`, and EEXIST.
 */
export async function packBundle({ folder, manifest }: Bundle, archive: string, key: SigningKey, followed: Followed = {}): Promise<void> {
  const draft = join(dirname(resolve(archive)), `.flux-${randomBytes(6).toString('hex')}.part`);
  const { readable, controller } = createTarPacker();
  const add = async (name: string, size: number, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
    const writer = controller.add(entryOf(name, size)).getWriter();
    for await (const piece of pieces) await writer.write(new Uint8Array(piece));
    await writer.close();
  };
  const following = follow('pack', manifest.files.reduce((total, { bytes }) => total + bytes, 0), followed);
  const fill = async () => {
    try {
      const text = Buffer.from(formatManifest(manifest));
      const seal = sealManifest(text, key);
      await add(manifestName, text.length, [text]);
      await add(sealName, seal.length, [seal]);
      for (const file of manifest.files) await add(file.path, file.bytes, compared(file, readPieces(folder, file.path, following)));
      controller.finalize();
    } catch (error) {
      controller.error(error);
      throw error;
    }
  };
  try {
    await Promise.all([fill(), pipeline(Readable.fromWeb(readable as WebReadable), createWriteStream(draft, { flags: 'wx', flush: true }))]);
    await giveName(draft, archive);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/** Only where nothing has that name, which a link alone can promise; the file systems of many memory sticks have none. */
async function giveName(draft: string, archive: string): Promise<void> {
  try {
    await link(draft, archive);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    await rename(draft, archive);
  }
}

async function* compared(file: BundleFile, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const sha256 = createHash('sha256');
  for await (const piece of pieces) {
    sha256.update(piece);
    yield piece;
  }
  if (sha256.digest('hex') !== file.sha256) throw new BundleError('bundle.damaged', file.path);
}
