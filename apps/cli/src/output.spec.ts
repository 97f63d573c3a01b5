import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkOutput, outputFormatOf, writeOutput } from './output.js';

async function* pieces(...texts: (string | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

describe('the format of the output', () => {
  it.each([
    ['a.JPG', undefined, 'jpeg'], ['a.jpeg', undefined, 'jpeg'], ['a.png', 'png', 'png'], ['a.b.webp', undefined, 'webp'],
    ['a.avif', undefined, 'avif'], ['a', undefined, undefined], ['a', 'png', 'png'], ['-', 'webp', 'webp'], ['-', undefined, undefined],
  ] as const)('of "%s" with --format %s is %s', (file, wanted, format) => {
    expect(outputFormatOf(file, wanted)).toBe(format);
  });

  it.each([['a.heic', undefined], ['a.tiff', 'png'], ['a.jpg', 'png']] as const)('is refused where the name would lie: "%s" with --format %s', (file, wanted) => {
    expect(() => outputFormatOf(file, wanted)).toThrow();
  });
});

describe('the output file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flux-'));
    file = path.join(folder, 'out.png');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is written whole', async () => {
    expect(await writeOutput(file, false, pieces('edi', 'ted'))).toBe(6);
    expect(await readFile(file, 'utf8')).toBe('edited');
    expect(await readdir(folder)).toEqual(['out.png']);
  });

  it('is not there at all when the bytes break off', async () => {
    await expect(writeOutput(file, false, pieces('edi', new TypeError('terminated')))).rejects.toThrow('terminated');
    expect(await readdir(folder)).toEqual([]);
  });

  it('never replaces a file, not even one that appears while it is written, unless forced', async () => {
    await writeFile(file, 'mine');
    await expect(checkOutput(file, false)).rejects.toThrow('--force');
    await expect(writeOutput(file, false, pieces('edited'))).rejects.toThrow('not overwritten');
    expect(await readFile(file, 'utf8')).toBe('mine');
    await checkOutput(file, true);
    await writeOutput(file, true, pieces('edited'));
    expect(await readFile(file, 'utf8')).toBe('edited');
    expect(await readdir(folder)).toEqual(['out.png']);
  });

  it('is refused beforehand where nothing can be written', async () => {
    await expect(checkOutput(path.join(folder, 'missing', 'out.png'), false)).rejects.toThrow('Nothing can be written');
    await expect(checkOutput(folder, true)).rejects.toThrow('is a folder');
  });
});
