import { execFileSync, spawnSync } from 'node:child_process';
import { link, mkdir, readFile, readdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findBundle, importFolder, listBundles, removeBundle, verifyBundle } from './index.js';
import { altered, filesOf, kleinFiles, kontextFiles, type ModelFiles, scratch, weightsOf, writeModel } from './model-folder.spec-parts.js';

let folder: string;
let models: string;
beforeEach(async () => {
  folder = await scratch();
  models = path.join(folder, 'models');
});
afterEach(() => rm(folder, { recursive: true }));

const write = (files: ModelFiles, name = 'FLUX.2-klein-4B') => writeModel(path.join(folder, name), files);
const refusal = async (files: ModelFiles) => importFolder(await write(files), models, { id: 'model' }).then(
  () => 'imported',
  (error: { code?: string; message: string }) => error.code ?? error.message,
);

describe('the import of a folder', () => {
  it('installs what the model needs, under the name of its folder, and nothing else', async () => {
    const source = await write(kleinFiles());
    const { bundle } = await importFolder(source, models);
    expect(bundle).toEqual(await findBundle(models, 'flux.2-klein-4b'));
    const { 'README.md': _about, 'tokenizer/vocab.json': _vocabulary, ...needed } = kleinFiles();
    expect(await filesOf(models)).toEqual(['bundle.json', ...Object.keys(needed)].map((name) => `flux.2-klein-4b/${name}`).toSorted());
    await expect(verifyBundle(bundle)).resolves.toBeUndefined();
    expect(await filesOf(source)).toEqual(Object.keys(kleinFiles()).toSorted());
  });

  it('tells a distilled klein from one that needs guidance', async () => {
    const distilled = await importFolder(await write(kleinFiles()), models);
    expect(distilled.bundle.manifest).toMatchObject({
      family: 'flux2-klein', steps: { default: 4 }, guidance: { mode: 'none' }, licence: { id: 'Apache-2.0', file: 'LICENSE.md', requiresAcceptance: false },
      components: { textEncoder: { captureHidden: [2, 4, 6], weights: ['text_encoder/model-00001-of-00002.safetensors', 'text_encoder/model-00002-of-00002.safetensors'] } },
    });
    const base = await importFolder(await write(altered(kleinFiles(), { 'model_index.json': { is_distilled: false } }), 'base'), models);
    expect(base.bundle.manifest).toMatchObject({ steps: { default: 50 }, guidance: { mode: 'cfg', default: 4 } });
  });

  it('recognises Kontext', async () => {
    const { bundle } = await importFolder(await write(kontextFiles(), 'Kontext'), models);
    expect(bundle.manifest).toMatchObject({ family: 'flux-kontext', guidance: { mode: 'embedded', default: 2.5 }, licence: { requiresAcceptance: true }, image: { fit: { kind: 'nearest-of-list' } } });
    const { fit } = bundle.manifest.image;
    expect(fit.kind === 'nearest-of-list' && fit.sizes.length).toBe(17);
  });

  it('writes BF16 as F16, keeps what F16 cannot hold as F32, and says so', async () => {
    const source = await write(kleinFiles());
    const { bundle, conversion } = await importFolder(source, models);
    expect(conversion).toEqual({ tensors: 3, widened: 1, flushed: 1 });
    expect(await readFile(path.join(bundle.folder, 'transformer/diffusion_pytorch_model.safetensors'))).toEqual(
      weightsOf({ w: ['F16', [0x3c00, 0x4000, 0]], wide: ['F32', [0x4780_0000]], whole: ['I64', []] }),
    );
    expect(await readFile(path.join(bundle.folder, 'vae/diffusion_pytorch_model.safetensors'))).toEqual(kleinFiles()['vae/diffusion_pytorch_model.safetensors']);
    expect(bundle.manifest.precision).toBe('fp16');
  });

  it('copies byte for byte when asked to', async () => {
    const { bundle, conversion } = await importFolder(await write(kleinFiles()), models, { precision: 'published' });
    for (const { path: name } of bundle.manifest.files) expect(await readFile(path.join(bundle.folder, name))).toEqual(kleinFiles()[name]);
    expect(conversion).toEqual({ tensors: 0, widened: 0, flushed: 0 });
  });

  it('takes its own bundle again, unchanged', async () => {
    const first = await importFolder(await write(kleinFiles()), models);
    const second = await importFolder(first.bundle.folder, models, { id: 'copy' });
    expect(second.bundle.manifest.files).toEqual(first.bundle.manifest.files);
  });

  it('tells how far it is, and reaches the end of each stage', async () => {
    const told: string[] = [];
    await importFolder(await write(kleinFiles()), models, { onProgress: ({ stage, doneBytes, totalBytes }) => told.push(`${stage} ${doneBytes === totalBytes}`) });
    expect(told.filter((line) => line.endsWith('true'))).toEqual(expect.arrayContaining(['copy true', 'verify true']));
    expect(told[0]).toBe('copy false');
  });
});

describe('a folder is refused with a code, and nothing is left', () => {
  const transformer = 'transformer/diffusion_pytorch_model.safetensors';
  const cases: [string, string, Parameters<typeof altered>[1]][] = [
    ['no model_index.json', 'bundle.not_found', { 'model_index.json': undefined }],
    ['another family', 'bundle.family', { 'model_index.json': { _class_name: 'QwenImageEditPlusPipeline' } }],
    ['a family named like a built-in property', 'bundle.family', { 'model_index.json': { _class_name: 'constructor' } }],
    ['a model_index.json that is not JSON', 'bundle.malformed', { 'model_index.json': Buffer.from('{') }],
    ['a model_index.json beyond its limit', 'bundle.too_large', { 'model_index.json': Buffer.alloc(2 ** 20 + 1, ' ') }],
    ['a part of another class in the index', 'bundle.malformed', { 'model_index.json': { vae: ['diffusers', 'AutoencoderKL'] } }],
    ['a transformer of another family', 'bundle.malformed', { 'transformer/config.json': { _class_name: 'FluxTransformer2DModel' } }],
    ['a text encoder that cannot be quartered', 'bundle.malformed', { 'text_encoder/config.json': { num_hidden_layers: 7 } }],
    ['another scheduler', 'bundle.malformed', { 'scheduler/scheduler_config.json': { _class_name: 'DDIMScheduler' } }],
    ['no tokenizer', 'bundle.file_missing', { 'tokenizer/tokenizer.json': undefined }],
    ['no weights', 'bundle.file_missing', { [transformer]: undefined }],
    ['weights under another name', 'bundle.file_missing', { [transformer]: undefined, 'transformer/weights.safetensors': kleinFiles()[transformer] }],
    ['a missing shard', 'bundle.file_missing', { 'text_encoder/model-00002-of-00002.safetensors': undefined }],
    ['a shard in place of another', 'bundle.weights', { 'text_encoder/model-00002-of-00002.safetensors': kleinFiles()['text_encoder/model-00001-of-00002.safetensors'] }],
    ['truncated weights', 'bundle.weights', { [transformer]: kleinFiles()[transformer]!.subarray(0, -1) }],
    ['weights with something behind them', 'bundle.weights', { [transformer]: Buffer.concat([kleinFiles()[transformer]!, Buffer.from('x')]) }],
    ['what is no safetensors file', 'bundle.weights', { [transformer]: Buffer.alloc(100, 'PK') }],
    ['an 8-bit float', 'bundle.dtype', { [transformer]: weightsOf({ w: ['F8_E4M3', [1]] }) }],
    ['a weight that is no number', 'bundle.not_finite', { [transformer]: weightsOf({ w: ['BF16', [0x3f80, 0x7fc0]] }) }],
    ['an infinite weight', 'bundle.not_finite', { [transformer]: weightsOf({ w: ['F16', [0xfc00]] }) }],
    ['a negative infinity in 32 bits', 'bundle.not_finite', { 'vae/diffusion_pytorch_model.safetensors': weightsOf({ w: ['F32', [0xff80_0000]] }) }],
    ['a shard above the folder', 'bundle.path', { 'text_encoder/model.safetensors.index.json': { weight_map: { a: '../../../secret.safetensors' } } }],
    ['a shard at an absolute place', 'bundle.path', { 'text_encoder/model.safetensors.index.json': { weight_map: { a: '/etc/secret.safetensors' } } }],
    ['more shards than any model has', 'bundle.too_large', { 'text_encoder/model.safetensors.index.json': { weight_map: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`t${at}`, `${at}.safetensors`])) } }],
    ['a shard with a name beyond its limit', 'bundle.path', { 'text_encoder/model.safetensors.index.json': { weight_map: { a: `${'x'.repeat(190)}.safetensors` } } }],
    ['an index without files', 'bundle.malformed', { 'text_encoder/model.safetensors.index.json': { weight_map: {} } }],
  ];
  it.each(cases)('%s: %s', async (_title, code, changes) => {
    expect(await refusal(altered(kleinFiles(), changes))).toBe(code);
    expect(await filesOf(folder).then((files) => files.filter((name) => name.startsWith('models')))).toEqual([]);
  });

  it('a link in place of a file, or of a folder: bundle.path', async () => {
    const source = await write(kleinFiles());
    await rename(path.join(source, 'vae'), path.join(folder, 'elsewhere'));
    await symlink(path.join(folder, 'elsewhere'), path.join(source, 'vae'));
    await expect(importFolder(source, models)).rejects.toMatchObject({ code: 'bundle.path' });
    await rm(path.join(source, 'vae'));
    await rename(path.join(folder, 'elsewhere'), path.join(source, 'vae'));
    await rename(path.join(source, 'LICENSE.md'), path.join(folder, 'secret'));
    await symlink('../secret', path.join(source, 'LICENSE.md'));
    await expect(importFolder(source, models)).rejects.toMatchObject({ code: 'bundle.path' });
  });

  it('a pipe in place of a file, without waiting for it: bundle.path', async () => {
    const source = await write(altered(kleinFiles(), { 'LICENSE.md': undefined }));
    execFileSync('mkfifo', [path.join(source, 'LICENSE.md')]);
    await expect(importFolder(source, models)).rejects.toMatchObject({ code: 'bundle.path' });
  });

  it('a name that leads elsewhere: bundle.id', async () => {
    const source = await write(kleinFiles());
    for (const id of ['..', '../x', '.hidden', 'Upper', '', 'a/b', 'x'.repeat(65)]) await expect(importFolder(source, models, { id })).rejects.toMatchObject({ code: 'bundle.id' });
  });

  it('a second bundle of the same name: bundle.exists, and the first stays', async () => {
    const source = await write(kleinFiles());
    const { bundle } = await importFolder(source, models);
    await expect(importFolder(source, models)).rejects.toMatchObject({ code: 'bundle.exists' });
    await expect(verifyBundle(bundle)).resolves.toBeUndefined();
    expect(await readdir(models)).toEqual(['flux.2-klein-4b']);
  });
});

describe('the licence', () => {
  const shape = (num_layers: number, num_single_layers: number, num_attention_heads: number) => ({ 'transformer/config.json': { num_layers, num_single_layers, num_attention_heads } });
  const licenceOf = async (changes: Parameters<typeof altered>[1]) => (await importFolder(await write(altered(kleinFiles(), changes)), models)).bundle.manifest.licence;
  const nonCommercial = Buffer.from('FLUX Non-Commercial License. Parts: Apache License, Version 2.0');

  it.each([
    ['of klein 4B is Apache, also where the text is missing', { ...shape(5, 20, 24), 'LICENSE.md': undefined }, { id: 'Apache-2.0', requiresAcceptance: false }],
    ['of klein 9B needs an administrator, whatever text lies beside it', shape(8, 24, 32), { id: 'LicenseRef-FLUX-Non-Commercial-2.1', requiresAcceptance: true }],
    ['of somebody who trained klein 4B further is his own', { ...shape(5, 20, 24), 'LICENSE.md': nonCommercial }, { id: 'LicenseRef-publisher', requiresAcceptance: true }],
    ['of an unknown size is what the text says', {}, { id: 'Apache-2.0', requiresAcceptance: false }],
    ['is Apache’s by its title, as Apache sets it', { 'LICENSE.md': Buffer.from('\n                                 Apache License\n                           Version 2.0, January 2004\n') }, { id: 'Apache-2.0', requiresAcceptance: false }],
    ['is not Apache’s because a part of it is', { 'LICENSE.md': Buffer.from('For research, never to be sold. Parts: Apache License, Version 2.0') }, { requiresAcceptance: true }],
    ['of an unknown size without a text needs an administrator', { 'LICENSE.md': undefined }, { id: 'LicenseRef-publisher', requiresAcceptance: true, file: null }],
  ])('%s', async (_title, changes, licence) => {
    expect(await licenceOf(changes)).toMatchObject(licence);
  });
});

describe('an import that was stopped', () => {
  it('goes on where it was, and writes again what is not as it was noted', async () => {
    const source = await write(kleinFiles());
    const stop = new AbortController();
    const stopping = importFolder(source, models, { signal: stop.signal, onProgress: ({ stage }) => void (stage === 'verify' && stop.abort()) });
    await expect(stopping).rejects.toMatchObject({ name: 'AbortError' });
    expect((await listBundles(models)).bundles).toEqual([]);
    const staged = path.join(models, '.importing-flux.2-klein-4b');
    const kept = path.join(staged, 'vae/diffusion_pytorch_model.safetensors');
    const witness = path.join(folder, 'witness');
    await link(kept, witness);
    await truncate(path.join(staged, 'tokenizer/tokenizer.json'), 1);
    await writeFile(path.join(staged, 'stray'), 'of another run');
    await rm(path.join(staged, '.lock'), { force: true });

    const { bundle } = await importFolder(source, models);
    await expect(verifyBundle(bundle)).resolves.toBeUndefined();
    expect(await readFile(path.join(bundle.folder, 'tokenizer/tokenizer.json'))).toEqual(kleinFiles()['tokenizer/tokenizer.json']);
    expect((await stat(path.join(bundle.folder, 'vae/diffusion_pytorch_model.safetensors'))).ino).toBe((await stat(witness)).ino);
    expect(await filesOf(models)).not.toContain('flux.2-klein-4b/stray');
    expect(await readdir(models)).toEqual(['flux.2-klein-4b']);
  });

  it('does not take the files of another source for its own', async () => {
    const stop = new AbortController();
    await expect(importFolder(await write(kleinFiles()), models, { id: 'model', signal: stop.signal, onProgress: ({ stage }) => void (stage === 'verify' && stop.abort()) })).rejects.toThrow();
    const other = await write(altered(kleinFiles(), { 'vae/diffusion_pytorch_model.safetensors': weightsOf({ w: ['F32', [0x4000_0000]] }) }), 'other');
    const { bundle } = await importFolder(other, models, { id: 'model' });
    expect(await readFile(path.join(bundle.folder, 'vae/diffusion_pytorch_model.safetensors'))).toEqual(weightsOf({ w: ['F32', [0x4000_0000]] }));
  });

  it('by kill -9 does not keep others out', async () => {
    await mkdir(path.join(models, '.importing-model'), { recursive: true });
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(path.join(models, '.importing-model/.lock'), String(pid));
    await writeFile(path.join(models, '.importing-model/.journal'), '{"path":"../../evil","origin":"","bytes":1,"sha256":""}\n{"path":"vae/conf');
    await expect(importFolder(await write(kleinFiles()), models, { id: 'model' })).resolves.toBeDefined();
  });

  it('is refused while another process is at it', async () => {
    await mkdir(path.join(models, '.importing-model'), { recursive: true });
    await writeFile(path.join(models, '.importing-model/.lock'), String(process.ppid));
    await expect(importFolder(await write(kleinFiles()), models, { id: 'model' })).rejects.toMatchObject({ code: 'bundle.busy' });
  });
});

describe('an installed bundle', () => {
  const installed = async () => (await importFolder(await write(kleinFiles()), models, { id: 'model' })).bundle;

  it('that lost a file, or part of one, is not read; the others are listed', async () => {
    const bundle = await installed();
    await importFolder(path.join(folder, 'FLUX.2-klein-4B'), models, { id: 'other' });
    await truncate(path.join(bundle.folder, 'tokenizer/tokenizer.json'), 1);
    const { bundles, refused } = await listBundles(models);
    expect(bundles.map(({ manifest }) => manifest.id)).toEqual(['other']);
    expect(refused).toMatchObject([{ id: 'model', error: { code: 'bundle.damaged' } }]);
    await rm(path.join(bundle.folder, 'tokenizer/tokenizer.json'));
    await expect(findBundle(models, 'model')).rejects.toMatchObject({ code: 'bundle.file_missing' });
  });

  it('of which one byte changed is found damaged, by name', async () => {
    const bundle = await installed();
    const file = path.join(bundle.folder, 'transformer/diffusion_pytorch_model.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    await expect(verifyBundle(await findBundle(models, 'model'))).rejects.toMatchObject({ code: 'bundle.damaged', subject: 'transformer/diffusion_pytorch_model.safetensors' });
  });

  it('under another name is refused', async () => {
    await rename((await installed()).folder, path.join(models, 'renamed'));
    expect((await listBundles(models)).refused).toMatchObject([{ id: 'renamed', error: { code: 'bundle.renamed' } }]);
  });

  it.each([
    ['a path that leads out', (text: string) => text.replaceAll('tokenizer/tokenizer.json', '../tokenizer.json'), 'bundle.manifest'],
    ['an absolute path', (text: string) => text.replaceAll('tokenizer/tokenizer.json', '/etc/passwd'), 'bundle.manifest'],
    ['another version of the form', (text: string) => text.replace('"schema": 1', '"schema": 2'), 'bundle.manifest'],
    ['a field more', (text: string) => text.replace('"schema": 1', '"schema": 1, "more": 1'), 'bundle.manifest'],
    ['a component that is none of its files', (text: string) => text.replace('"json": "tokenizer/tokenizer.json"', '"json": "tokenizer/other.json"'), 'bundle.manifest'],
    ['a file twice', (text: string) => text.replace('"path": "text_encoder/model.safetensors.index.json"', '"path": "VAE/config.json"'), 'bundle.manifest'],
    ['no JSON', () => '{', 'bundle.manifest'],
    ['nothing but spaces beyond the limit', () => ' '.repeat(2 ** 20 + 1), 'bundle.too_large'],
  ])('with a manifest that holds %s is refused', async (_title, change, code) => {
    const file = path.join((await installed()).folder, 'bundle.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
    await expect(findBundle(models, 'model')).rejects.toMatchObject({ code });
  });

  it('is removed whole, with what an interrupted import has left', async () => {
    await installed();
    await removeBundle(models, 'model');
    expect(await readdir(models)).toEqual([]);
    await mkdir(path.join(models, '.importing-model'));
    await removeBundle(models, 'model');
    expect(await readdir(models)).toEqual([]);
    await expect(removeBundle(models, 'model')).rejects.toMatchObject({ code: 'bundle.unknown' });
    await expect(removeBundle(models, '..')).rejects.toMatchObject({ code: 'bundle.unknown' });
  });
});
