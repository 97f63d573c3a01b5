import { mkdtemp, readdir, readFile, rm, stat, truncate, link, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileKeySource } from './file-key-source.js';
import { openFrom, sealTo } from './pool-key.js';

const start = new Date('2026-01-31T14:20:00Z');
const later = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const permissions = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe('keys of a pool in files', () => {
  let root: string;
  let directory: string;
  let now: Date;
  const source = () => fileKeySource({ directory, epochSeconds: 3_600, keepSeconds: 600, clock: () => now });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'keys-'));
    directory = path.join(root, 'pools', 'shared');
    now = start;
  });
  afterEach(() => rm(root, { recursive: true }));

  it('opens what was sealed to the current epoch', async () => {
    const { epoch, publicKey } = await source().current();
    expect(epoch).toBe('20260131T140000Z');
    const to = { editId: 'edt_1', pool: 'shared', epoch };
    const { enc, secrets } = await sealTo(publicKey, to);
    expect(await openFrom(await source().privateKey(epoch), enc, to)).toEqual(secrets);
  });

  it('is open to its owner alone, even where the folder was made wider', async () => {
    const { epoch } = await source().current();
    expect(await permissions(path.join(directory, epoch))).toBe('600');
    await chmod(directory, 0o755);
    await source().current();
    expect(await permissions(directory)).toBe('700');
  });

  it('has one pair for each epoch, by time', async () => {
    const first = await source().current();
    expect(await source().current()).toEqual(first);
    now = later(3_600);
    const second = await source().current();
    expect(second.epoch).toBe('20260131T150000Z');
    expect(second.publicKey).not.toEqual(first.publicKey);
    await expect(source().privateKey(first.epoch)).resolves.toHaveLength(32);
  });

  it('agrees on the pair when many start at once, and leaves no draft behind', async () => {
    for (let round = 0; round < 10; round++) {
      now = later(round * 3_600);
      const all = await Promise.all(Array.from({ length: 16 }, () => source().current()));
      expect(new Set(all.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size).toBe(1);
    }
    expect(await readdir(directory)).toHaveLength(10);
  });

  it('destroys an epoch when it is over for longer than it is kept, and not before', async () => {
    const { epoch } = await source().current();
    const file = path.join(directory, epoch);
    await link(file, path.join(root, 'witness'));
    await source().rotate(new Date('2026-01-31T15:09:59Z'));
    await expect(source().privateKey(epoch)).resolves.toHaveLength(32);
    await source().rotate(new Date('2026-01-31T15:10:00Z'));
    await expect(source().privateKey(epoch)).rejects.toMatchObject({ code: 'envelope.unknown_epoch' });
    expect(await readFile(path.join(root, 'witness'))).toEqual(Buffer.alloc(64));
    expect(await readdir(directory)).toEqual(['20260131T150000Z']);
  });

  it('destroys what a crash left half made', async () => {
    const { epoch } = await source().current();
    await link(path.join(directory, epoch), path.join(directory, `${epoch}.0123456789abcdef`));
    await source().rotate(later(86_400));
    expect(await readdir(directory)).toEqual(['20260201T140000Z']);
  });

  it('may be rotated by several at once', async () => {
    await source().current();
    await Promise.all(Array.from({ length: 8 }, () => source().rotate(later(86_400))));
    expect(await readdir(directory)).toEqual(['20260201T140000Z']);
  });

  it.each(['20260131T130000Z', '', '..', '../shared/20260131T140000Z', '20260131T140000Z.0123456789abcdef', 'x'.repeat(5_000)])('knows no epoch "%.40s"', async (epoch) => {
    await source().current();
    await expect(source().privateKey(epoch)).rejects.toMatchObject({ code: 'envelope.unknown_epoch' });
  });

  it.each([0, 32, 63])('does not use a key file cut to %i bytes', async (bytes) => {
    const { epoch } = await source().current();
    await truncate(path.join(directory, epoch), bytes);
    await expect(source().privateKey(epoch)).rejects.toMatchObject({ code: 'envelope.unknown_epoch' });
    await expect(source().current()).rejects.toMatchObject({ code: 'envelope.unknown_epoch' });
  });
});
