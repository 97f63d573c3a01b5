import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BundleError } from './bundle-error.js';
import { type BundleFile, type BundleManifest, formatManifest, isBundlePath, manifestName } from './manifest.js';
import { type Bundle, type Following, verifyFile } from './read-bundle.js';

const journalName = '.journal';
const lockName = '.lock';
/** What file systems need beside the bytes of files. */
const spareBytes = 64 * 2 ** 20;

/** A file that lies ready. `origin` tells from which source it was made, so that another source's is not taken for it. */
const stagedFile = z.strictObject({ path: z.string().refine(isBundlePath), origin: z.string(), bytes: z.int().min(0), sha256: z.string() });
type StagedFile = z.infer<typeof stagedFile>;

/** Tries a bundle before it gets its name: loads it and makes a picture. What it throws keeps the bundle out. */
export type SelfTest = (bundle: Bundle) => Promise<void>;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Makes names in a folder outlive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Lines that were cut off by a crash tell of nothing; the file is then copied again. */
function parseJournal(text: string): StagedFile[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [stagedFile.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Keeps two commands on one computer from writing the same bundle. What a process that died has left does not count. Should two find such
 * a lock in the same instant, both go on, and the comparison before a bundle gets its name stops the one whose files were taken away.
 */
async function lock(folder: string): Promise<void> {
  const file = join(folder, lockName);
  const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (isRunning(owner)) throw new BundleError('bundle.busy');
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: 'wx' }).catch((cause: unknown) => {
    throw codeOf(cause) === 'EEXIST' ? new BundleError('bundle.busy', undefined, { cause }) : cause;
  });
}

/**
 * A bundle on its way into the models folder: it grows in a hidden folder beside its place, and gets its name only when all of it is
 * there. Each finished file is written into a journal, so that an interrupted import goes on where it was.
 */
export class Staging {
  private constructor(
    private readonly modelsFolder: string,
    private readonly id: string,
    readonly folder: string,
    private readonly staged: Map<string, StagedFile>,
  ) {}

  /** Throws `bundle.exists` and `bundle.busy`. */
  static async open(modelsFolder: string, id: string): Promise<Staging> {
    const taken = await lstat(join(modelsFolder, id)).catch(() => undefined);
    if (taken) throw new BundleError('bundle.exists', id);
    const folder = stagingFolder(modelsFolder, id);
    await mkdir(folder, { recursive: true });
    await lock(folder);
    const journal = await readFile(join(folder, journalName), 'utf8').catch(() => '');
    return new Staging(modelsFolder, id, folder, new Map(parseJournal(journal).map((file) => [file.path, file])));
  }

  /** A file that an earlier run has finished from the same source, if its bytes are still those. */
  async find(path: string, origin: string, following: Following): Promise<BundleFile | undefined> {
    const staged = this.staged.get(path);
    if (staged?.origin !== origin) return undefined;
    const file: BundleFile = { path, bytes: staged.bytes, sha256: staged.sha256 };
    try {
      await verifyFile(this.folder, file, following);
      return file;
    } catch (error) {
      if (error instanceof BundleError) return undefined;
      throw error;
    }
  }

  /** Throws `bundle.disk_full` unless so many more bytes go into the models folder. */
  async reserve(bytes: number): Promise<void> {
    const lying = [...this.staged.values()].reduce((sum, file) => sum + file.bytes, 0);
    const { bavail, bsize } = await statfs(this.folder);
    const missing = bytes - lying + spareBytes - bavail * bsize;
    if (missing > 0) throw new BundleError('bundle.disk_full', `${Math.ceil(missing / 1e6).toLocaleString('en')} MB are missing`);
  }

  /** Writes a file through to the disk, and notes it. Throws `bundle.disk_full`. */
  async write(path: string, origin: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BundleFile> {
    const name = join(this.folder, path);
    await mkdir(dirname(name), { recursive: true });
    await rm(name, { force: true });
    const sha256 = createHash('sha256');
    let bytes = 0;
    const file = await open(name, 'wx', 0o644);
    try {
      for await (const piece of pieces) {
        sha256.update(piece);
        await file.writeFile(piece);
        bytes += piece.length;
      }
      await file.sync();
    } catch (cause) {
      if (['ENOSPC', 'EDQUOT'].includes(codeOf(cause) ?? '')) throw new BundleError('bundle.disk_full', path, { cause });
      throw cause;
    } finally {
      await file.close();
    }
    const written = { path, bytes, sha256: sha256.digest('hex') };
    await this.note({ ...written, origin });
    return written;
  }

  private async note(file: StagedFile): Promise<void> {
    this.staged.set(file.path, file);
    await writeFile(join(this.folder, journalName), `${JSON.stringify(file)}\n`, { flag: 'a', flush: true });
  }

  /**
   * Gives the bundle its name, at once and for good. Every file was written or found before; each is read and compared once more, and
   * the self-test has its say. Throws `bundle.exists`, and what the self-test throws.
   */
  async publish(manifest: BundleManifest, following: Following, selfTest?: SelfTest): Promise<Bundle> {
    for (const file of manifest.files) await verifyFile(this.folder, file, following);
    await selfTest?.({ folder: this.folder, manifest });
    const place = join(this.modelsFolder, this.id);
    await this.dropStrangers(manifest);
    await writeFile(join(this.folder, manifestName), formatManifest(manifest), { flush: true });
    const folders = new Set(manifest.files.flatMap(({ path }) => ancestorsOf(path)));
    for (const folder of folders) await syncFolder(join(this.folder, folder));
    await syncFolder(this.folder);
    await rename(this.folder, place).catch((cause: unknown) => {
      throw ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(cause) ?? '') ? new BundleError('bundle.exists', this.id, { cause }) : cause;
    });
    await syncFolder(this.modelsFolder);
    return { folder: place, manifest };
  }

  /** What an earlier run has left of another source, and our own notes, are no part of the bundle. */
  private async dropStrangers({ files }: BundleManifest): Promise<void> {
    const wanted = new Set(files.map(({ path }) => join(this.folder, path)));
    for (const entry of await readdir(this.folder, { recursive: true, withFileTypes: true })) {
      const name = join(entry.parentPath, entry.name);
      if (!entry.isDirectory() && !wanted.has(name)) await rm(name);
    }
  }

  /** Leaves nothing of a bundle that was refused, and all that is finished of an import that something else has stopped. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isRefused = error instanceof BundleError && error.code !== 'bundle.disk_full';
      if (isRefused || this.staged.size === 0) await rm(this.folder, { recursive: true, force: true });
      else await rm(join(this.folder, lockName), { force: true });
      throw error;
    }
  }
}

export const stagingFolder = (modelsFolder: string, id: string): string => join(modelsFolder, `.importing-${id}`);

/** `a/b/c` lies in `a/b` and in `a`. */
function ancestorsOf(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...ancestorsOf(folder)];
}
