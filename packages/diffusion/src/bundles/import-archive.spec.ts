import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packTar, unpackTar, type TarEntry } from 'modern-tar';
import { sealManifest } from './archive-seal.js';
import { type Bundle, importArchive, importFolder, packBundle, readSigningKey, readTrustedKeys, type SigningKey, type TrustedKeys, verifyBundle } from './index.js';
import { altered, filesOf, kleinFiles, scratch, writeModel } from './model-folder.spec-parts.js';

let folder: string;
let models: string;
let archive: string;
let bundle: Bundle;
let keys: TrustedKeys;
let key: SigningKey;

beforeEach(async () => {
  folder = await scratch();
  models = path.join(folder, 'models');
  archive = path.join(folder, 'klein.tar');
  ({ bundle } = await importFolder(await writeModel(path.join(folder, 'klein'), kleinFiles()), path.join(folder, 'packer')));
  const pair = generateKeyPairSync('ed25519');
  await mkdir(path.join(folder, 'keys'));
  await writeFile(path.join(folder, 'keys', 'acme.pem'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(path.join(folder, 'acme.key'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  keys = await readTrustedKeys(path.join(folder, 'keys'));
  key = await readSigningKey(path.join(folder, 'acme.key'));
});
afterEach(() => rm(folder, { recursive: true }));

const take = () => importArchive(archive, models, keys);
const left = () => filesOf(models).catch(() => []);

describe('a packed bundle', () => {
  it('comes out as it went in, and packs to the same bytes again', async () => {
    await packBundle(bundle, archive, key);
    const taken = await take();
    expect(taken.bundle.manifest).toEqual(bundle.manifest);
    expect(await filesOf(models)).toEqual((await filesOf(path.join(folder, 'packer'))));
    await expect(verifyBundle(taken.bundle)).resolves.toBeUndefined();
    await packBundle(taken.bundle, path.join(folder, 'again.tar'), key);
    expect(await readFile(path.join(folder, 'again.tar'))).toEqual(await readFile(archive));
  });

  it('is not packed when it is damaged, nor over another file, and no draft stays', async () => {
    await writeFile(archive, 'mine');
    await expect(packBundle(bundle, archive, key)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(archive, 'utf8')).toBe('mine');
    await writeFile(path.join(bundle.folder, 'tokenizer/tokenizer.json'), '{"version":"2.0"}');
    await expect(packBundle(bundle, path.join(folder, 'other.tar'), key)).rejects.toMatchObject({ code: 'bundle.damaged' });
    expect((await readdir(folder)).toSorted()).toEqual(['acme.key', 'keys', 'klein', 'klein.tar', 'packer']);
  });

  it('goes on after an interruption without writing again what is there', async () => {
    await packBundle(bundle, archive, key);
    const stop = new AbortController();
    await expect(importArchive(archive, models, keys, { signal: stop.signal, onProgress: ({ stage }) => void (stage === 'verify' && stop.abort()) })).rejects.toMatchObject({ name: 'AbortError' });
    expect((await left()).length).toBeGreaterThan(0);
    const written: number[] = [];
    await importArchive(archive, models, keys, { onProgress: ({ doneBytes }) => written.push(doneBytes) });
    expect(await readdir(models)).toEqual(['klein']);
  });
});

describe('an archive is refused with a code, and nothing is left', () => {
  it('signed by nobody, by a stranger, or by a stranger under a known name', async () => {
    await packBundle(bundle, archive, key);
    await expect(importArchive(archive, models, new Map())).rejects.toMatchObject({ code: 'bundle.key_unknown' });
    const stranger: SigningKey = { id: 'acme', privateKey: generateKeyPairSync('ed25519').privateKey };
    await rm(archive);
    await packBundle(bundle, archive, stranger);
    await expect(take()).rejects.toMatchObject({ code: 'bundle.signature' });
    const [manifest, , ...files] = await unpackTar(await readFile(archive));
    await writeFile(archive, await packTar([manifest!, ...files]));
    await expect(take()).rejects.toMatchObject({ code: 'bundle.unsigned' });
    expect(await left()).toEqual([]);
  });

  it('cut off at any place', async () => {
    await packBundle(bundle, archive, key);
    const whole = await readFile(archive);
    for (const length of [0, 100, 512, 3_000, 6_000, 8_000, 10_000, whole.length - 1_024, whole.length - 1]) {
      await copyFile(archive, `${archive}.cut`);
      await truncate(`${archive}.cut`, length);
      await expect(importArchive(`${archive}.cut`, models, keys)).rejects.toMatchObject({ code: expect.stringMatching(/^bundle\.(archive|unsigned)$/) });
      expect(await left()).toEqual([]);
    }
  }, 120_000);

  it('with a bit changed anywhere in it, or it comes out unchanged', async () => {
    await packBundle(bundle, archive, key);
    const whole = await readFile(archive);
    for (let at = 0; at < whole.length - 1_024; at += 1_511) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x20;
      await writeFile(archive, changed);
      const outcome = await take().then(async ({ bundle: taken }) => {
        // Padding, and the unused end of a header, are no part of anything.
        expect(taken.manifest).toEqual(bundle.manifest);
        await verifyBundle(taken);
        await rm(models, { recursive: true });
        return 'bundle.same';
      }, (error: { code: string }) => error.code);
      expect(outcome).toMatch(/^bundle\./);
      expect(await left()).toEqual([]);
    }
  }, 120_000);

  /** The archive with its entries changed after signing. */
  const rewrite = async (change: (entries: TarEntry[]) => TarEntry[]) => {
    await packBundle(bundle, archive, key);
    const entries = (await unpackTar(await readFile(archive))).map(({ header, data }): TarEntry => ({ header, body: data }));
    await writeFile(archive, await packTar(change(entries)));
  };
  const name = 'vae/config.json';
  const isVae = ({ header }: TarEntry) => header.name === name;

  it.each<[string, string, (entries: TarEntry[]) => TarEntry[]]>([
    ['a name above the folder', 'bundle.path', (entries) => [...entries, { header: { name: '../evil', size: 1 }, body: 'x' }]],
    ['an absolute name', 'bundle.path', (entries) => [...entries, { header: { name: '/etc/evil', size: 1 }, body: 'x' }]],
    ['a name with a backslash', 'bundle.path', (entries) => [...entries, { header: { name: 'vae\\..\\evil', size: 1 }, body: 'x' }]],
    ['a link in place of a file', 'bundle.path', (entries) => entries.map((entry) => (isVae(entry) ? { header: { name, size: 0, type: 'symlink', linkname: '/etc/passwd' } } : entry))],
    ['a hard link', 'bundle.path', (entries) => entries.map((entry) => (isVae(entry) ? { header: { name, size: 0, type: 'link', linkname: 'model_index.json' } } : entry))],
    ['a device', 'bundle.path', (entries) => entries.map((entry) => (isVae(entry) ? { header: { name, size: 0, type: 'character-device' } } : entry))],
    ['a pipe', 'bundle.path', (entries) => entries.map((entry) => (isVae(entry) ? { header: { name, size: 0, type: 'fifo' } } : entry))],
    ['a folder', 'bundle.path', (entries) => [...entries, { header: { name: 'vae/', size: 0, type: 'directory' } }]],
    ['a file that nobody signed', 'bundle.archive', (entries) => [...entries, { header: { name: 'vae/extra.json', size: 1 }, body: 'x' }]],
    ['a file twice', 'bundle.archive', (entries) => [...entries, ...entries.filter(isVae)]],
    ['a file less', 'bundle.file_missing', (entries) => entries.filter((entry) => !isVae(entry))],
    ['a file of another size', 'bundle.archive', (entries) => entries.map((entry) => (isVae(entry) ? { header: { name, size: 3 }, body: '{} ' } : entry))],
    ['a file of other bytes', 'bundle.archive', (entries) => entries.map((entry) => (isVae(entry) ? { header: entry.header, body: Buffer.alloc(entry.header.size, ' ') } : entry))],
    ['a hidden name by an extended header', 'bundle.path', (entries) => entries.map((entry) => (isVae(entry) ? { ...entry, header: { ...entry.header, pax: { path: '../../evil' } } } : entry))],
    ['the manifest second', 'bundle.unsigned', ([manifest, seal, ...files]) => [seal!, manifest!, ...files]],
    ['a manifest beyond its limit', 'bundle.too_large', ([, ...rest]) => [{ header: { name: 'bundle.json', size: 2 ** 20 + 1 }, body: ' '.repeat(2 ** 20 + 1) }, ...rest]],
    ['a signature beyond its limit', 'bundle.too_large', ([manifest, , ...files]) => [manifest!, { header: { name: 'bundle.sig.json', size: 5_000 }, body: ' '.repeat(5_000) }, ...files]],
    ['a signature that is none', 'bundle.unsigned', ([manifest, , ...files]) => [manifest!, { header: { name: 'bundle.sig.json', size: 2 }, body: '{}' }, ...files]],
  ])('with %s', async (_title, code, change) => {
    await rewrite(change);
    await expect(take()).rejects.toMatchObject({ code });
    expect(await left()).toEqual([]);
    expect((await readdir(folder)).toSorted()).toEqual(['acme.key', 'keys', 'klein', 'klein.tar', ...((await readdir(folder)).includes('models') ? ['models'] : []), 'packer']);
  });

  /** The archive of somebody who has a trusted key and signs what is not so. */
  const forge = (change: (manifest: string) => string) =>
    rewrite(([manifest, , ...files]) => {
      const text = Buffer.from(change(Buffer.from(manifest!.body as Uint8Array).toString()));
      const seal = sealManifest(text, key);
      return [{ header: { name: 'bundle.json', size: text.length }, body: text }, { header: { name: 'bundle.sig.json', size: seal.length }, body: seal }, ...files];
    });

  it.each<[string, string, (manifest: string) => string]>([
    ['a name that leads out of the models folder', 'bundle.manifest', (text) => text.replace('"id": "klein"', '"id": "../klein"')],
    ['a path that leads out', 'bundle.manifest', (text) => text.replaceAll('vae/config.json', '../config.json')],
    ['another licence than the files have', 'bundle.manifest', (text) => text.replace('"id": "Apache-2.0"', '"id": "MIT"')],
    ['another family', 'bundle.manifest', (text) => text.replace('flux2-klein', 'flux-kontext')],
    ['more room than there is', 'bundle.disk_full', (text) => text.replace(/"bytes": \d+/, `"bytes": ${2 ** 38}`)],
  ])('well signed, but with %s', async (_title, code, change) => {
    await forge(change);
    await expect(take()).rejects.toMatchObject({ code });
    expect(await left()).toEqual([]);
  });

  it('with a licence that was made laxer than the folder says', async () => {
    ({ bundle } = await importFolder(await writeModel(path.join(folder, 'gated'), altered(kleinFiles(), { 'LICENSE.md': undefined })), path.join(folder, 'packer')));
    await forge((text) => text.replace('"requiresAcceptance": true', '"requiresAcceptance": false'));
    await expect(take()).rejects.toMatchObject({ code: 'bundle.manifest' });
    expect(await left()).toEqual([]);
  });
});

describe('keys', () => {
  it('are Ed25519 only, and a wrong one is named without a word of it', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    await writeFile(path.join(folder, 'keys', 'weak.pem'), rsa.publicKey.export({ type: 'spki', format: 'pem' }));
    await expect(readTrustedKeys(path.join(folder, 'keys'))).rejects.toThrow('weak.pem is not an Ed25519 key');
    await writeFile(path.join(folder, 'broken.key'), 'secret words');
    await expect(readSigningKey(path.join(folder, 'broken.key'))).rejects.toThrow(/^broken\.key is not an Ed25519 key in PEM form\.$/);
  });
});
