import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { EnvelopeError } from './envelope-error.js';
import { keepKeyFile, readKeyFile, removeKeyFile } from './key-file.js';
import type { KeySource } from './key-source.js';
import { generatePoolKeyPair } from './pool-key.js';
import { zero } from './zero.js';

export interface FileKeySourceOptions {
  /** One per pool; made with mode 0700. Best on a tmpfs: see `overwriteKeyFile`. */
  readonly directory: string;
  /** How long one key pair serves. */
  readonly epochSeconds: number;
  /** How long it is kept after that, so that edits under way can still be opened. */
  readonly keepSeconds: number;
  readonly clock?: () => Date;
}

const keyBytes = 32;
const pairBytes = 2 * keyBytes;
const epochName = /^\d{8}T\d{6}Z$/;

/** An epoch is named by its first second, as in 20260131T140000Z, so that its age can be read off its name. */
const nameOf = (startMs: number): string => new Date(startMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
const startOf = (epoch: string): number => Date.parse(epoch.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));

/** Private and public key of an epoch in one file, or undefined when there is no whole one. */
async function readPair(file: string): Promise<Uint8Array | undefined> {
  const pair = await readKeyFile(file, pairBytes);
  return pair === 'destroyed' ? undefined : pair;
}

/** Makes the key pair of an epoch unless another process was first. */
async function create(file: string): Promise<void> {
  const { publicKey, privateKey } = await generatePoolKeyPair();
  await keepKeyFile(file, new Uint8Array([...privateKey, ...publicKey]));
  zero(privateKey);
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
        if (start <= over) await removeKeyFile(fileOf(name), pairBytes);
      }
    },
  };
}
