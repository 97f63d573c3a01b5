import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BundleError } from './index.js';
import { filesOf, scratch } from './model-folder.spec-parts.js';
import { Staging } from './staging.js';

let folder: string;
let staging: Staging;
beforeEach(async () => {
  folder = await scratch();
  staging = await Staging.open(folder, 'model');
});
afterEach(() => rm(folder, { recursive: true }));

const files = () => filesOf(path.join(folder, '.importing-model')).catch(() => []);

async function* fullDisk() {
  yield Buffer.from('half');
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
}

describe('a bundle on its way', () => {
  it('keeps what is finished when the disk is full, and takes it up again', async () => {
    const work = staging.attempt(async () => {
      await staging.write('a/b.json', 'source', [Buffer.from('{}')]);
      await staging.write('c.json', 'source', fullDisk());
    });
    await expect(work).rejects.toMatchObject({ code: 'bundle.disk_full', subject: 'c.json' });
    expect(await files()).toEqual(['.journal', 'a/b.json', 'c.json']);
    const again = await Staging.open(folder, 'model');
    expect(await again.find('a/b.json', 'source', {})).toMatchObject({ path: 'a/b.json', bytes: 2 });
    expect(await again.find('a/b.json', 'another source', {})).toBeUndefined();
    expect(await again.find('c.json', 'source', {})).toBeUndefined();
  });

  it('asks for the room of all files before the first is written', async () => {
    await expect(staging.reserve(2 ** 60)).rejects.toMatchObject({ code: 'bundle.disk_full', subject: expect.stringMatching(/^[\d,]+ MB are missing$/) });
    await expect(staging.reserve(1)).resolves.toBeUndefined();
  });

  it('leaves nothing when it is refused, nor when nothing was written', async () => {
    await staging.write('a.json', 'source', [Buffer.from('{}')]);
    await expect(staging.attempt(() => Promise.reject(new BundleError('bundle.weights')))).rejects.toThrow();
    expect(await filesOf(folder)).toEqual([]);
    await expect((await Staging.open(folder, 'model')).attempt(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO');
    expect(await filesOf(folder)).toEqual([]);
  });
});
