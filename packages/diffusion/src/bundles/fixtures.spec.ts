import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { selfTest } from '../self-test.js';
import { importFolder, verifyBundle } from './index.js';
import { scratch } from './model-folder.spec-parts.js';

/** Small models with weights that mean nothing, saved by diffusers itself. */
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await scratch();
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder that diffusers has saved', () => {
  it.each(['flux2-klein', 'flux-kontext'] as const)('is a bundle as it is, and stays so byte for byte: %s', async (name) => {
    const { bundle } = await importFolder(fixture(name), folder);
    expect(bundle.manifest).toMatchObject({ id: name, family: name });
    await verifyBundle(bundle);
    for (const { path: file } of bundle.manifest.files) expect((await readFile(path.join(bundle.folder, file))).equals(await readFile(path.join(fixture(name), file)))).toBe(true);
  });

  it('works, or its import says that it does not', async () => {
    await expect(importFolder(fixture('flux2-klein'), folder, { selfTest })).resolves.toBeDefined();
    const broken = path.join(folder, 'broken');
    await cp(fixture('flux2-klein'), broken, { recursive: true });
    const file = path.join(broken, 'vae/config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"latent_channels": 32', '"latent_channels": 16'));
    await expect(importFolder(broken, folder, { id: 'other', selfTest })).rejects.toMatchObject({ code: 'bundle.self_test' });
  });
});

describe('a CLIP tokenizer in its older form', () => {
  /** The older form has them among the words. */
  const markers = { '<|startoftext|>': 1_022, '<|endoftext|>': 1_023 };
  const older = async () => {
    const source = path.join(folder, 'kontext');
    await cp(fixture('flux-kontext'), source, { recursive: true });
    const json = path.join(source, 'tokenizer/tokenizer.json');
    const { model } = JSON.parse(await readFile(json, 'utf8')) as { model: { vocab: object; merges: [string, string][] } };
    await rm(json);
    await writeFile(path.join(source, 'tokenizer/vocab.json'), JSON.stringify({ ...model.vocab, ...markers }));
    await writeFile(path.join(source, 'tokenizer/merges.txt'), ['#version: 0.2', ...model.merges.map((pair) => pair.join(' ')), ''].join('\n'));
    return source;
  };

  it('becomes a tokenizer.json like those that newer repositories have', async () => {
    const { bundle } = await importFolder(await older(), path.join(folder, 'models'));
    const read = async (from: string) => JSON.parse(await readFile(path.join(from, 'tokenizer/tokenizer.json'), 'utf8')) as { model: { vocab: object } };
    const newer = await read(fixture('flux-kontext'));
    expect(await read(bundle.folder)).toEqual({ ...newer, model: { ...newer.model, vocab: { ...newer.model.vocab, ...markers } } });
    await verifyBundle(bundle);
  });

  it.each([
    ['vocab.json', '{"a":"b"}', 'bundle.malformed'],
    ['vocab.json', '{"a":0}', 'bundle.malformed'],
    ['merges.txt', 'a b c', 'bundle.malformed'],
  ])('is refused with a damaged %s', async (name, text, code) => {
    const source = await older();
    await writeFile(path.join(source, 'tokenizer', name), text);
    await expect(importFolder(source, path.join(folder, 'models'))).rejects.toMatchObject({ code });
  });
});
