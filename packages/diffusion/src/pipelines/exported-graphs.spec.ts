import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importFolder } from '../bundles/index.js';
import { parityCases } from '../parity.spec-parts.js';
import { selfTest } from '../self-test.js';
import { type Flux2KleinParts, type KleinBundle, openFlux2KleinParts } from './flux2-klein-parts.js';
import { walkAsTheReference, withLength } from './klein.spec-parts.js';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
/** Each exported graph, and the folder whose safetensors files, one after the other, are its weights. */
const graphs = { transformer: 'transformer', text_encoder: 'text_encoder', vae_encoder: 'vae', vae_decoder: 'vae' } as const;
type Part = keyof typeof graphs;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'flux-exported-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const isWeights = (name: string) => /\.safetensors(\.index\.json)?$/.test(name);
const weightsOf = async (folder: string) => Buffer.concat(await Promise.all((await readdir(folder)).filter((name) => name.endsWith('.safetensors')).toSorted().map((name) => readFile(join(folder, name)))));

/** The fixture as a community would publish it: these parts as torch exported them, in place of weights from which a graph is built. */
async function publish(name: string, exported: readonly Part[]): Promise<string> {
  const folder = join(scratch, name);
  const replaced = new Set(exported.map((part) => join(fixtures, 'flux2-klein', graphs[part])));
  await cp(join(fixtures, 'flux2-klein'), folder, { recursive: true, filter: (file) => !(isWeights(file) && replaced.has(join(file, '..'))) });
  for (const part of exported) {
    await mkdir(join(folder, part), { recursive: true });
    await cp(join(fixtures, 'flux2-klein-onnx', part, 'model.onnx'), join(folder, part, 'model.onnx'));
    await writeFile(join(folder, part, 'model.onnx_data'), await weightsOf(join(fixtures, 'flux2-klein', graphs[part])));
  }
  return folder;
}

describe.each([
  ['all-of-it', ['transformer', 'text_encoder', 'vae_encoder', 'vae_decoder']],
  ['its-transformer', ['transformer']],
  ['its-autoencoder', ['vae_encoder', 'vae_decoder']],
] as const)('a bundle with exported graphs: %s', (name, exported) => {
  let bundle: KleinBundle;
  let parts: Flux2KleinParts;
  beforeAll(async () => {
    const imported = await importFolder(await publish(name, exported), join(scratch, 'models'), { selfTest });
    bundle = withLength(imported.bundle as KleinBundle);
    parts = await openFlux2KleinParts(bundle, { provider: 'cpu', threads: 1 });
  });
  afterAll(() => parts?.close());

  it('holds the graphs and their weights, and says what their ports are for', () => {
    const paths = bundle.manifest.files.map(({ path }) => path);
    for (const part of exported) expect(paths).toEqual(expect.arrayContaining([`${part}/model.onnx`, `${part}/model.onnx_data`]));
    expect(paths.some((path) => path.startsWith('transformer/') && isWeights(path))).toBe(!(exported as readonly Part[]).includes('transformer'));
  });

  it.each(parityCases('flux2-klein'))('makes the picture of the reference: $name', (asked) => walkAsTheReference(bundle, parts, asked));
});
