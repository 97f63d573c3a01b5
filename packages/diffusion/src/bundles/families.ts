import { BundleError } from './bundle-error.js';
import { buildClipTokenizer } from './clip-tokenizer.js';
import type { JsonObject } from './inside.js';
import { apache, flux1DevNonCommercial, fluxNonCommercial, readLicence } from './licence.js';
import type { Description, Family } from './manifest.js';
import type { SourceFolder } from './source-folder.js';
import { type Spellings, spellings } from './spellings.js';

export const indexName = 'model_index.json';

/** The classes of a pipeline's parts, as its model_index.json must name them. */
type Parts = Readonly<Record<string, string>>;

/** Layers and heads, by which the sizes that a publisher offers are told apart. */
const shapeOf = ({ num_layers: double, num_single_layers: single, num_attention_heads: heads }: JsonObject): string => [double, single, heads].join(' ');
const klein4B = '5 20 24';
const klein9B = '8 24 32';
const kontext12B = '19 38 24';

/** The reference takes the states after layers 9, 18 and 27 of 36. */
function captureQuarters({ num_hidden_layers: layers }: JsonObject): number[] {
  if (typeof layers !== 'number' || !Number.isInteger(layers / 4) || layers < 4) throw new BundleError('bundle.malformed', 'text_encoder/config.json');
  return [layers / 4, layers / 2, (layers * 3) / 4];
}

async function describeKlein(source: SourceFolder, index: JsonObject, parts: Parts, id: string): Promise<Description> {
  const transformer = await source.readNetwork('transformer', parts['transformer']!, spellings.kleinTransformer);
  // The figures of its normalisation are weights: a graph alone must have them inside.
  const vae = await source.readAutoencoder('vae', parts['vae']!, ['patchified-normalised']);
  const textEncoder = await source.readNetwork('text_encoder', parts['text_encoder']!, spellings.kleinTextEncoder);
  const shape = shapeOf(transformer.config);
  const distilled = index['is_distilled'] === true;
  return {
    schema: 1,
    id,
    family: 'flux2-klein',
    pipelines: ['edit', 'edit-multi', 'inpaint', 'text'],
    licence: await readLicence(source.folder, shape === klein4B ? apache : shape === klein9B ? fluxNonCommercial : undefined),
    components: {
      transformer: transformer.network,
      vae: vae.network,
      textEncoder: { ...textEncoder.network, captureHidden: captureQuarters(textEncoder.config) },
      tokenizer: await source.readTokenizer('tokenizer', 512),
    },
    scheduler: 'scheduler/scheduler_config.json',
    steps: distilled ? { default: 4, min: 1, max: 8 } : { default: 50, min: 1, max: 100 },
    guidance: distilled ? { mode: 'none' } : { mode: 'cfg', default: 4 },
    image: {
      fit: { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 1_048_576, minSide: 64, maxAspect: 8 },
      maxReferences: 4,
      // Beyond it the schedule's shift falls off a cliff.
      maxOutputTokens: 4_300,
    },
  };
}

/** The sizes that Kontext was trained on, upright; it knows them lying as well. */
const uprightSizes = [[672, 1_568], [688, 1_504], [720, 1_456], [752, 1_392], [800, 1_328], [832, 1_248], [880, 1_184], [944, 1_104]] as const;
const kontextSizes: [number, number][] = [
  ...uprightSizes.map(([width, height]): [number, number] => [width, height]),
  [1_024, 1_024],
  ...uprightSizes.map(([width, height]): [number, number] => [height, width]).toReversed(),
];

async function describeKontext(source: SourceFolder, _index: JsonObject, parts: Parts, id: string): Promise<Description> {
  const network = (part: string, spelled: Spellings) => source.readNetwork(part, parts[part]!, spelled);
  const transformer = await network('transformer', spellings.kontextTransformer);
  return {
    schema: 1,
    id,
    family: 'flux-kontext',
    pipelines: ['edit'],
    licence: await readLicence(source.folder, shapeOf(transformer.config) === kontext12B ? flux1DevNonCommercial : undefined),
    components: {
      transformer: transformer.network,
      vae: (await source.readAutoencoder('vae', parts['vae']!, ['raw', 'moments'])).network,
      textEncoder: (await network('text_encoder', spellings.clip)).network,
      textEncoder2: (await network('text_encoder_2', spellings.t5)).network,
      tokenizer: await source.readTokenizer('tokenizer', 77, buildClipTokenizer),
      tokenizer2: await source.readTokenizer('tokenizer_2', 512),
    },
    scheduler: 'scheduler/scheduler_config.json',
    steps: { default: 28, min: 1, max: 50 },
    guidance: { mode: 'embedded', default: 2.5 },
    image: { fit: { kind: 'nearest-of-list', multiple: 16, sizes: kontextSizes }, maxReferences: 1, maxOutputTokens: 4_116 },
  };
}

interface FamilyRules {
  readonly family: Family;
  readonly parts: Parts;
  readonly describe: (source: SourceFolder, index: JsonObject, parts: Parts, id: string) => Promise<Description>;
}

const scheduler = 'FlowMatchEulerDiscreteScheduler';

/** By the `_class_name` of model_index.json. A new family is an entry here, and a member of the manifest's union. */
const families: Readonly<Record<string, FamilyRules>> = {
  Flux2KleinPipeline: {
    family: 'flux2-klein',
    parts: { scheduler, transformer: 'Flux2Transformer2DModel', vae: 'AutoencoderKLFlux2', text_encoder: 'Qwen3ForCausalLM' },
    describe: describeKlein,
  },
  FluxKontextPipeline: {
    family: 'flux-kontext',
    parts: { scheduler, transformer: 'FluxTransformer2DModel', vae: 'AutoencoderKL', text_encoder: 'CLIPTextModel', text_encoder_2: 'T5EncoderModel' },
    describe: describeKontext,
  },
};

/**
 * What an unmodified diffusers folder is: its family, licence, networks and rules. The source notes the files that this needs.
 * Weights are read up to their headers. Throws `bundle.not_found`, `bundle.family`, and what is wrong with a file.
 */
export async function describeSource(source: SourceFolder, id: string): Promise<Description> {
  const index = await source.readConfig(indexName).catch((cause: unknown) => {
    if (cause instanceof BundleError && cause.code === 'bundle.file_missing') throw new BundleError('bundle.not_found');
    throw cause;
  });
  const name = index['_class_name'];
  const rules = typeof name === 'string' && Object.hasOwn(families, name) ? families[name] : undefined;
  if (!rules) throw new BundleError('bundle.family', indexName);
  for (const [part, className] of Object.entries(rules.parts)) {
    const named = index[part];
    if (!Array.isArray(named) || named[1] !== className) throw new BundleError('bundle.malformed', `${indexName}, ${part}`);
  }
  const description = await rules.describe(source, index, rules.parts, id);
  const { _class_name: schedulerClass } = await source.readConfig(description.scheduler);
  if (schedulerClass !== scheduler) throw new BundleError('bundle.malformed', description.scheduler);
  if (description.licence.file !== null) source.note(description.licence.file);
  return description;
}
