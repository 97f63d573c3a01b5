import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundle, importFolder } from '../bundles/index.js';
import { parityCases } from '../parity.spec-parts.js';
import { selfTest } from '../self-test.js';
import { type FluxKontextParts, type KontextBundle, openFluxKontextParts } from './flux-kontext-parts.js';
import { type Flux2KleinParts, type KleinBundle, openFlux2KleinParts } from './flux2-klein-parts.js';
import { kleinWithLength, kontextWithLength, walkKlein, walkKontext } from './walk.spec-parts.js';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const cpu = { provider: 'cpu', threads: 1 } as const;
/** The folder whose safetensors files, one after the other, are the weights of an exported graph. */
const weightsFolder = (part: string) => (part.startsWith('vae_') ? 'vae' : part);

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'flux-exported-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const isWeights = (name: string) => /\.safetensors(\.index\.json)?$/.test(name);
const weightsOf = async (folder: string) => Buffer.concat(await Promise.all((await readdir(folder)).filter((name) => name.endsWith('.safetensors')).toSorted().map((name) => readFile(join(folder, name)))));

/** Imports a fixture as a community would publish it: these parts as torch exported them, in place of weights from which a graph is built. */
async function importPublished(family: string, exported: readonly string[]): Promise<Bundle> {
  const folder = join(scratch, [family, ...exported].join('-').replaceAll('_', '-'));
  const replaced = new Set(exported.map((part) => join(fixtures, family, weightsFolder(part))));
  await cp(join(fixtures, family), folder, { recursive: true, filter: (file) => !(isWeights(file) && replaced.has(join(file, '..'))) });
  for (const part of exported) {
    await mkdir(join(folder, part), { recursive: true });
    await cp(join(fixtures, `${family}-onnx`, part, 'model.onnx'), join(folder, part, 'model.onnx'));
    await writeFile(join(folder, part, 'model.onnx_data'), await weightsOf(join(fixtures, family, weightsFolder(part))));
  }
  const { bundle } = await importFolder(folder, join(scratch, 'models'), { selfTest });
  const paths = bundle.manifest.files.map(({ path }) => path);
  for (const part of exported) {
    expect(paths).toEqual(expect.arrayContaining([`${part}/model.onnx`, `${part}/model.onnx_data`]));
    expect(paths.filter((path) => path.startsWith(`${weightsFolder(part)}/`) && isWeights(path))).toEqual([]);
  }
  return bundle;
}

describe.each([
  [['transformer', 'text_encoder', 'vae_encoder', 'vae_decoder']],
  [['transformer']],
  [['vae_encoder', 'vae_decoder']],
])('klein with exported graphs for %j', (exported) => {
  let bundle: KleinBundle;
  let parts: Flux2KleinParts | undefined;
  beforeAll(async () => {
    bundle = kleinWithLength((await importPublished('flux2-klein', exported)) as KleinBundle);
    parts = await openFlux2KleinParts(bundle, cpu);
  });
  afterAll(() => parts?.close());

  it.each(parityCases('flux2-klein'))('makes the picture of the reference: $name', (asked) => walkKlein(bundle, parts!, asked));
});

describe.each([
  [['transformer', 'text_encoder', 'text_encoder_2', 'vae_encoder', 'vae_decoder']],
  [['text_encoder_2', 'vae_encoder', 'vae_decoder']],
])('Kontext with exported graphs for %j', (exported) => {
  let bundle: KontextBundle;
  let parts: FluxKontextParts | undefined;
  beforeAll(async () => {
    bundle = kontextWithLength((await importPublished('flux-kontext', exported)) as KontextBundle);
    parts = await openFluxKontextParts(bundle, cpu);
  });
  afterAll(() => parts?.close());

  it.each(parityCases('flux-kontext'))('makes the picture of the reference: $name', (asked) => walkKontext(bundle, parts!, asked));
});
