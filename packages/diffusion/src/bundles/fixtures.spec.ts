import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { selfTest } from '../self-test.js';
import { openPipeline } from '../pipelines/families.js';
import { formatTensorTable } from '../safetensors.js';
import { importFolder, verifyBundle } from './index.js';
import { filesOf, scratch } from './model-folder.spec-parts.js';
import { readWeights } from './source-folder.js';

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
    for (const name of ['flux2-klein', 'flux-kontext']) await expect(importFolder(fixture(name), folder, { selfTest })).resolves.toBeDefined();
    const broken = path.join(folder, 'broken');
    await cp(fixture('flux2-klein'), broken, { recursive: true });
    const file = path.join(broken, 'vae/config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"latent_channels": 32', '"latent_channels": 16'));
    await expect(importFolder(broken, folder, { id: 'other', selfTest })).rejects.toMatchObject({ code: 'bundle.self_test' });
  }, 120_000);
});

/** The fixture as a publisher would have it: every F32 in BF16, cut off after 16 bits. */
async function inBf16(name: string): Promise<string> {
  const source = path.join(folder, 'bf16');
  await cp(fixture(name), source, { recursive: true });
  for (const file of (await filesOf(source)).filter((found) => found.endsWith('.safetensors'))) {
    const bytes = await readFile(path.join(source, file));
    const entries = [...(await readWeights(source, file)).values()];
    const head = formatTensorTable(entries.map(({ name: tensor, shape, dtype }) => ({ name: tensor, shape, dtype: dtype === 'F32' ? 'BF16' : dtype })));
    const bodies = entries.map(({ offset, bytes: length, dtype }) => bytes.subarray(offset, offset + length).filter((_, at) => dtype !== 'F32' || at % 4 >= 2));
    await writeFile(path.join(source, file), Buffer.concat([head, ...bodies]));
  }
  return source;
}

describe('a model in BF16', () => {
  it.each(['flux2-klein', 'flux-kontext'])('makes the same picture after its weights were written anew: %s', async (name) => {
    const source = await inBf16(name);
    const pictureOf = async (precision: 'published' | 'fp16') => {
      const { bundle, conversion } = await importFolder(source, folder, { id: precision, precision });
      const pipeline = await openPipeline(bundle, { provider: 'cpu' });
      const reference = { width: 64, height: 64, data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7) % 256) };
      const { image } = await pipeline.edit({ prompt: 'a cat', references: [reference], seed: 7, steps: 2 });
      await pipeline.close();
      return { image, conversion };
    };
    const [published, anew] = [await pictureOf('published'), await pictureOf('fp16')];
    expect(published.conversion.tensors).toBe(0);
    expect(anew.conversion.tensors).toBeGreaterThan(50);
    // Not the same bytes: below 2^-14 a weight has fewer bits in F16.
    const apart = anew.image.data.map((value, at) => Math.abs(value - published.image.data[at]!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(new Set(anew.image.data).size).toBeGreaterThan(8);
  }, 120_000);
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
