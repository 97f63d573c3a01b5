import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { figureOf } from './byte-progress.js';
import { runProgram } from './program.js';

/** A small model with weights that mean nothing, saved by diffusers itself. */
const klein = fileURLToPath(new URL('../../../packages/diffusion/fixtures/flux2-klein', import.meta.url));
const kontext = fileURLToPath(new URL('../../../packages/diffusion/fixtures/flux-kontext', import.meta.url));

let folder: string;
let keys: string;
beforeAll(async () => {
  keys = await mkdtemp(path.join(tmpdir(), 'flux-keys-'));
  const pair = generateKeyPairSync('ed25519');
  await mkdir(path.join(keys, 'trusted'));
  await writeFile(path.join(keys, 'trusted/acme.pem'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(path.join(keys, 'acme.key'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(() => rm(keys, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flux-models-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function flux(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runProgram(['models', ...args], { env: { MODELS_DIR: 'models' }, cwd: folder, stdin: Readable.from([]), stdout, stderr, signal: new AbortController().signal });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

describe('flux models', () => {
  it('imports a folder, tries it out, lists it, verifies it and removes it', async () => {
    expect(await flux('list')).toMatchObject({ code: 0, out: expect.stringContaining('No model is installed') });
    const imported = await flux('import', klein);
    expect(imported).toMatchObject({ code: 0, out: expect.stringMatching(/^Installed flux2-klein, .* MB, in .* s\.\nIt was loaded and made a small picture on this processor\.\nLicence: Apache License 2\.0\.\n$/) });
    expect(imported.err).toMatch(/^copying .* MB\ncomparing .* MB\ntrying it out\n$/);
    expect(await flux('list')).toMatchObject({ code: 0, out: expect.stringMatching(/^flux2-klein {2}.* MB {2}flux2-klein {2}Apache License 2\.0\n$/) });
    expect(await flux('verify')).toMatchObject({ code: 0, out: expect.stringContaining('flux2-klein: all ') });
    expect(await flux('remove', 'flux2-klein')).toMatchObject({ code: 0 });
    expect(await readdir(path.join(folder, 'models'))).toEqual([]);
  });

  it('tells a script everything as JSON', async () => {
    const { out, err } = await flux('import', kontext, '--id', 'kontext', '--no-self-test', '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ id: 'kontext', family: 'flux-kontext', tried: false, licence: { requiresAcceptance: true }, conversion: { widened: 0 }, bytes: expect.any(Number) });
    expect(JSON.parse((await flux('list', '--json')).out)).toMatchObject({ models: [{ id: 'kontext', pipelines: ['edit'] }], refused: [] });
  });

  it('says that a model stays locked where its licence asks for it', async () => {
    await flux('import', kontext, '--no-self-test');
    expect((await flux('list')).out).toContain('locked until an administrator has recorded a commercial licence');
  });

  it('carries a model over a gap: packs it, signed, and imports it where the key is trusted', async () => {
    await flux('import', klein, '--no-self-test');
    expect(await flux('pack', 'flux2-klein', '-o', 'klein.tar', '--key', path.join(keys, 'acme.key'))).toMatchObject({ code: 0, out: expect.stringContaining('signed as acme') });
    const before = await readFile(path.join(folder, 'models/flux2-klein/bundle.json'), 'utf8');
    await flux('remove', 'flux2-klein');
    expect(await flux('import', 'klein.tar')).toMatchObject({ code: 2, err: expect.stringContaining('--keys') });
    expect(await flux('import', 'klein.tar', '--keys', path.join(keys, 'trusted'), '--no-self-test')).toMatchObject({ code: 0 });
    expect(await readFile(path.join(folder, 'models/flux2-klein/bundle.json'), 'utf8')).toBe(before);
    expect(await flux('pack', 'flux2-klein', '-o', 'klein.tar', '--key', path.join(keys, 'acme.key'))).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
  });

  it('refuses with a code that says what to do, and leaves nothing', async () => {
    const source = path.join(folder, 'cut');
    await cp(klein, source, { recursive: true });
    await writeFile(path.join(source, 'vae/diffusion_pytorch_model.safetensors'), 'PK');
    const refused = await flux('import', source, '--json');
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'bundle.weights', title: expect.stringContaining('Download it again') });
    expect(await flux('import', folder)).toMatchObject({ code: 3, err: expect.stringContaining('model_index.json') });
    expect(await flux('import', path.join(folder, 'nowhere'))).toMatchObject({ code: 1, err: expect.stringContaining('ENOENT') });
    expect(await readdir(folder)).toEqual(['cut']);
  });

  it('does not install a model that cannot be loaded', async () => {
    const source = path.join(folder, 'wrong');
    await cp(klein, source, { recursive: true });
    const file = path.join(source, 'transformer/config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"num_layers": 2', '"num_layers": 3'));
    const refused = await flux('import', source, '--json');
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'bundle.self_test' });
    expect(await readdir(path.join(folder, 'models'))).toEqual([]);
  });

  it('ends with 6 where a byte of a model changed, and names the file', async () => {
    await flux('import', klein, '--no-self-test');
    const file = path.join(folder, 'models/flux2-klein/tokenizer/tokenizer.json');
    const text = await readFile(file);
    text[10]! ^= 1;
    await writeFile(file, text);
    expect(await flux('verify', 'flux2-klein')).toMatchObject({ code: 6, err: expect.stringContaining('tokenizer/tokenizer.json') });
    expect(await flux('verify')).toMatchObject({ code: 6 });
    await writeFile(file, 'x');
    expect(await flux('list')).toMatchObject({ code: 0, out: expect.stringContaining('flux2-klein  cannot be used.') });
  });

  it('explains itself', async () => {
    const { code, out } = await flux('--help');
    expect(code).toBe(0);
    for (const name of ['list', 'import', 'verify', 'remove', 'pack', 'MODELS_DIR']) expect(out).toContain(name);
  });
});

describe('a size', () => {
  it.each([[0, '0 kB'], [999, '1 kB'], [1_500_000, '1.5 MB'], [16_123_000_000, '16.1 GB'], [999_999_999_999_999, '1,000 TB']])('of %d bytes reads %s', (bytes, text) => {
    expect(figureOf(bytes)).toBe(text);
  });
});
