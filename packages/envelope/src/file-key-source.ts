import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { EnvelopeError } from './envelope-error.js';
import type { KeySource } from './key-source.js';
import { generatePoolKeyPair } from './pool-key.js';
import { zero } from './zero.js';

export interface FileKeySourceOptions {
  /** One per pool; made with mode 0700. Best on a tmpfs: see `destroy`. */
  readonly directory: string;
  /** How long one key pair serves. */
  readonly epochSeconds: number;
  /** How long it is kept after that, so that edits under way can still be opened. */
  readonly keepSeconds: number;
  readonly clock?: () => Date;
}

const keyBytes = 32;
const privateMode = 0o600;
const epochName = /^\d{8}T\d{6}Z$/;

/** An epoch is named by its first second, as in 20260131T140000Z, so that its age can be read off its name. */
const nameOf = (startMs: number): string => new Date(startMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
const startOf = (epoch: string): number => Date.parse(epoch.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Private and public key of an epoch in one file, or undefined when there is no whole one. */
async function readPair(file: string): Promise<Uint8Array | undefined> {
  const pair = await readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return pair?.length === 2 * keyBytes && pair.some((byte) => byte !== 0) ? pair : undefined;
}

/**
 * Overwrites a key file and removes its name. On a disk, journals, snapshots and wear levelling may keep older blocks; only a
 * directory in memory makes this final.
 */
async function destroy(file: string): Promise<void> {
  try {
    const handle = await open(file, 'r+');
    try {
      await handle.write(new Uint8Array(2 * keyBytes), 0, 2 * keyBytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * Makes the key pair of an epoch unless another process was first. It is written whole beside its place and then linked there,
 * which one process alone can do, so nobody ever reads half a key or a second one.
 */
async function create(file: string): Promise<void> {
  const { publicKey, privateKey } = await generatePoolKeyPair();
  const pair = new Uint8Array([...privateKey, ...publicKey]);
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', privateMode);
  try {
    await handle.write(pair);
    await handle.sync();
  } finally {
    await handle.close();
    zero(privateKey, pair);
  }
  try {
    await link(draft, file);
  } catch (error) {
    await destroy(draft);
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  await unlink(draft);
}

/** Key pairs in files of the owner alone, one per epoch. Processes that share the directory agree on every pair. */
export function fileKeySource({ directory, epochSeconds, keepSeconds, clock = () => new Date() }: FileKeySourceOptions): KeySource {
  const epochMs = epochSeconds * 1_000;
  const epochAt = (now: Date): string => nameOf(Math.floor(now.getTime() / epochMs) * epochMs);
  const fileOf = (epoch: string): string => path.join(directory, epoch);

  async function prepare(epoch: string): Promise<Uint8Array> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    const found = await readPair(fileOf(epoch));
    if (found) return found;
    await create(fileOf(epoch));
    const made = await readPair(fileOf(epoch));
    if (!made) throw new EnvelopeError('envelope.unknown_epoch');
    return made;
  }

  return {
    async current() {
      const epoch = epochAt(clock());
      const pair = await prepare(epoch);
      const publicKey = Uint8Array.from(pair.subarray(keyBytes));
      zero(pair);
      return { epoch, publicKey };
    },

    async privateKey(epoch) {
      const pair = epochName.test(epoch) ? await readPair(fileOf(epoch)) : undefined;
      if (!pair) throw new EnvelopeError('envelope.unknown_epoch');
      const privateKey = Uint8Array.from(pair.subarray(0, keyBytes));
      zero(pair);
      return privateKey;
    },

    async rotate(now) {
      zero(await prepare(epochAt(now)));
      const over = now.getTime() - epochMs - keepSeconds * 1_000;
      for (const name of await readdir(directory)) {
        const start = startOf(name.split('.')[0]!);
        if (start <= over) await destroy(fileOf(name));
      }
    },
  };
}
