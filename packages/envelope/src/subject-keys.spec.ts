import { link, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileSubjectKeys } from './subject-keys.js';

const ada = 'per_0a';
const grace = 'per_0b';
const plain = Buffer.from('Ada Lovelace, ada@example.test');
const damaged = { code: 'envelope.damaged' };

describe('keys of subjects in files', () => {
  let root: string;
  let directory: string;
  const keys = () => fileSubjectKeys(directory);
  const sealedFor = async (subject: string, context = 'evt_1') => (await keys().sealField(subject, context, plain))!;
  const permissions = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'subjects-'));
    directory = path.join(root, 'data', 'subjects');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('open what was sealed, in another process too, and never repeat a nonce', async () => {
    const sealed = await sealedFor(ada);
    expect(sealed).toHaveLength(12 + plain.length + 16);
    expect(await keys().openField(ada, 'evt_1', sealed)).toEqual(plain);
    expect((await sealedFor(ada)).subarray(0, 12)).not.toEqual(sealed.subarray(0, 12));
  });

  it('are open to their owner alone', async () => {
    await sealedFor(ada);
    expect([await permissions(directory), await permissions(path.join(directory, ada))]).toEqual(['700', '600']);
  });

  it('open nothing of which one bit was changed', async () => {
    const sealed = await sealedFor(ada);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await expect(keys().openField(ada, 'evt_1', changed)).rejects.toMatchObject(damaged);
    }
    for (const bytes of [0, 12, 27, sealed.length - 1]) await expect(keys().openField(ada, 'evt_1', sealed.subarray(0, bytes))).rejects.toMatchObject(damaged);
  });

  it('open nothing for another subject or in another place, not even where the keys are equal', async () => {
    const sealed = await sealedFor(ada);
    await sealedFor(grace);
    await expect(keys().openField(grace, 'evt_1', sealed)).rejects.toMatchObject(damaged);
    await expect(keys().openField(ada, 'evt_2', sealed)).rejects.toMatchObject(damaged);
    await rm(path.join(directory, grace));
    await link(path.join(directory, ada), path.join(directory, grace));
    await expect(keys().openField(grace, 'evt_1', sealed)).rejects.toMatchObject(damaged);
  });

  it('agree when many seal at once, and leave no draft behind', async () => {
    const all = await Promise.all(Array.from({ length: 16 }, () => sealedFor(ada)));
    for (const sealed of all) expect(await keys().openField(ada, 'evt_1', sealed)).toEqual(plain);
    expect(await readdir(directory)).toEqual([ada]);
  });

  it('are overwritten when destroyed; nothing opens any more, others do, and no second key is made', async () => {
    const [sealed, other] = [await sealedFor(ada), await sealedFor(grace)];
    await link(path.join(directory, ada), path.join(root, 'witness'));
    await keys().destroy(ada);
    await keys().destroy(ada);
    expect(await readFile(path.join(root, 'witness'))).toEqual(Buffer.alloc(32));
    expect(await keys().openField(ada, 'evt_1', sealed)).toBeUndefined();
    expect(await keys().sealField(ada, 'evt_2', plain)).toBeUndefined();
    expect(await keys().openField(grace, 'evt_1', other)).toEqual(plain);
  });

  it('may be destroyed before there is one, and beside somebody who seals', async () => {
    await keys().destroy(ada);
    expect(await keys().sealField(ada, 'evt_1', plain)).toBeUndefined();
    const [, ...sealed] = await Promise.all([keys().destroy(grace), ...Array.from({ length: 16 }, () => keys().sealField(grace, 'evt_1', plain))]);
    for (const one of sealed) if (one) expect(await keys().openField(grace, 'evt_1', one)).toBeUndefined();
    expect((await readdir(directory)).toSorted()).toEqual([ada, grace]);
  });

  it.each(['', '..', '../pools/shared', 'per_1.0123456789abcdef', 'per/1', 'x'.repeat(101)])('know no subject "%.40s"', async (subject) => {
    await expect(keys().sealField(subject, 'evt_1', plain)).rejects.toThrow(TypeError);
    await expect(keys().openField(subject, 'evt_1', plain)).rejects.toThrow(TypeError);
    await expect(keys().destroy(subject)).rejects.toThrow(TypeError);
  });
});
