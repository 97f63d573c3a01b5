import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebReadable } from 'node:stream/web';
import { isDeepStrictEqual } from 'node:util';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { checkSeal, sealBytesMax, sealName } from './archive-seal.js';
import { BundleError } from './bundle-error.js';
import { describeSource } from './families.js';
import type { Imported, Trying } from './import-folder.js';
import type { TrustedKeys } from './keys.js';
import { type BundleFile, type BundleManifest, isBundlePath, manifestBytesMax, manifestName, parseManifest } from './manifest.js';
import { unconverted } from './precision.js';
import { follow, type Followed } from './progress.js';
import type { Following } from './read-bundle.js';
import { SourceFolder } from './source-folder.js';
import { Staging } from './staging.js';

type Entries = AsyncGenerator<ParsedTarEntry, void>;

const readBody = ({ body }: ParsedTarEntry): Readable => Readable.fromWeb(body as WebReadable);

/** The entries of a tar, one after the other. The decoder checks each header and holds at most 8 MiB of names and attributes. */
async function* entriesOf(archive: Readable): Entries {
  const bytes = Readable.toWeb(archive) as ReadableStream<Uint8Array>;
  const reader = bytes.pipeThrough(createTarDecoder({ strict: true })).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** Gives what the decoder throws a code. Its own words may quote the archive. */
async function explained<T>(archive: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof BundleError || typeof (cause as NodeJS.ErrnoException).syscall === 'string') throw cause;
    throw new BundleError('bundle.archive', basename(archive), { cause });
  }
}

/** The next entry must be this small file. */
async function readHead(entries: Entries, name: string, bytesMax: number): Promise<Buffer | undefined> {
  const { value: entry } = await entries.next();
  if (entry?.header.name !== name || entry.header.type !== 'file') return undefined;
  if (entry.header.size > bytesMax) throw new BundleError('bundle.too_large', name);
  return Buffer.concat(await readBody(entry).toArray());
}

/** Manifest and signature come first, so that nothing is written that nobody has signed. */
async function readManifest(entries: Entries, keys: TrustedKeys): Promise<BundleManifest> {
  const text = await readHead(entries, manifestName, manifestBytesMax);
  if (!text) throw new BundleError('bundle.unsigned');
  const seal = await readHead(entries, sealName, sealBytesMax);
  if (!seal) throw new BundleError('bundle.unsigned');
  checkSeal(text, seal, keys);
  return parseManifest(text.toString('utf8'));
}

/** The file of the manifest that an entry claims to be. Throws `bundle.path` and `bundle.archive`. */
function claim({ header: { name, type, size } }: ParsedTarEntry, waited: Map<string, BundleFile>): BundleFile {
  if (type !== 'file' || !isBundlePath(name)) throw new BundleError('bundle.path');
  const file = waited.get(name);
  if (file?.bytes !== size) throw new BundleError('bundle.archive', name);
  waited.delete(name);
  return file;
}

async function stageEntries(entries: Entries, files: readonly BundleFile[], staging: Staging, following: Following): Promise<void> {
  const waited = new Map(files.map((file) => [file.path, file]));
  for await (const entry of entries) {
    const file = claim(entry, waited);
    const staged = await staging.find(file.path, file.sha256, following);
    const written = staged ?? (await staging.write(file.path, file.sha256, counted(readBody(entry), following)));
    if (staged) await entry.body.cancel();
    if (written.sha256 !== file.sha256) throw new BundleError('bundle.archive', file.path);
  }
  const [missing] = waited.keys();
  if (missing !== undefined) throw new BundleError('bundle.file_missing', missing);
}

async function* counted(pieces: AsyncIterable<Uint8Array>, { onBytes, signal }: Following): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield piece;
    onBytes?.(piece.length);
  }
}

/** Whoever signs vouches for the files, not for their licence: the manifest must say what we read from the files ourselves. */
async function compareDescription(folder: string, { files: _files, precision: _precision, ...claimed }: BundleManifest): Promise<void> {
  const description = await describeSource(new SourceFolder(folder), claimed.id);
  if (!isDeepStrictEqual(description, claimed)) throw new BundleError('bundle.manifest');
}

/**
 * Brings a packed bundle into the models folder. Only what a trusted key has signed is written, only under the names and in the sizes
 * that the signed manifest gives, and it is visible only when whole. Throws `BundleError`, or the reason of the signal.
 */
export async function importArchive(archive: string, modelsFolder: string, keys: TrustedKeys, followed: Followed & Trying = {}): Promise<Imported> {
  const file = createReadStream(archive, { highWaterMark: 2 ** 20 });
  const entries = entriesOf(file);
  try {
    const manifest = await explained(archive, followed.signal, () => readManifest(entries, keys));
    const totalBytes = manifest.files.reduce((total, { bytes }) => total + bytes, 0);
    const staging = await Staging.open(modelsFolder, manifest.id);
    return await staging.attempt(async () => {
      await staging.reserve(totalBytes);
      await explained(archive, followed.signal, () => stageEntries(entries, manifest.files, staging, follow('copy', totalBytes, followed)));
      await compareDescription(staging.folder, manifest);
      const bundle = await staging.publish(manifest, follow('verify', totalBytes, followed), followed.selfTest);
      return { bundle, conversion: unconverted };
    });
  } finally {
    file.destroy();
  }
}
