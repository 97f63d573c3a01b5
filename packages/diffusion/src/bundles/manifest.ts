import { z } from 'zod';
import { BundleError } from './bundle-error.js';

export const manifestName = 'bundle.json';
export const manifestBytesMax = 2 ** 20;
/** Of files, of the largest, and of the files of one network. The largest published bundle has about 30, none above 30 GB, in at most 8 shards. */
const filesMax = 512;
export const fileBytesMax = 2 ** 38;
export const shardsMax = 64;
/** An exported graph with larger weights keeps them in files beside it. */
export const graphBytesMax = 2 ** 29;

/** Folders below the bundle and a name, all of plain characters: never absolute, never `..`, never hidden. */
const path = z.string().max(200).regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*){0,3}$/);
export const isBundlePath = (name: string): boolean => path.safeParse(name).success;

const id = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);
export const isBundleId = (name: string): boolean => id.safeParse(name).success;

const count = z.int().min(1);

const bundleFile = z.strictObject({ path, bytes: z.int().min(0).max(fileBytesMax), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
/** A file as it was when the bundle was installed. */
export type BundleFile = z.infer<typeof bundleFile>;

/** An input or output of a graph that somebody else exported. */
const port = z.strictObject({ name: z.string().min(1).max(200), type: z.enum(['float32', 'float16', 'int32', 'int64']), rank: z.int().min(0).max(8) });
const ports = z.strictObject({ inputs: z.record(z.string().max(40), port), output: port });
/** By diffusers' names of the inputs, what this graph calls them. */
export type Ports = z.infer<typeof ports>;
/** An exported graph, and the files beside it that hold its weights. */
const publishedGraph = z.strictObject({ onnx: path, data: z.array(path).max(shardsMax), io: ports });
export type PublishedGraph = z.infer<typeof publishedGraph>;

/** `config` is the published config.json; `weights` are its safetensors files in the order of their names, from which the graph is built. */
const built = z.strictObject({ config: path, weights: z.array(path).min(1).max(shardsMax) });
const exported = z.strictObject({ config: path, graph: publishedGraph });
const network = z.union([built, exported]);
export type Network = z.infer<typeof network>;

/** How latents leave and enter an autoencoder: as they are, mean and variance one after the other, or as the transformer takes them. */
const latentForm = z.enum(['raw', 'moments', 'patchified-normalised']);
export type LatentForm = z.infer<typeof latentForm>;
const half = publishedGraph.extend({ latentForm });
const autoencoder = z.union([built, z.strictObject({ config: path, encoder: half, decoder: half })]);
export type AutoencoderFiles = z.infer<typeof autoencoder>;
/** `maxLength` in tokens, to which a prompt is padded. */
const tokenizer = z.strictObject({ json: path, config: path, maxLength: count });

const licence = z.strictObject({
  /** SPDX, or `LicenseRef-…` for what SPDX does not list. */
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  name: z.string().min(1).max(200),
  /** Its text, where the publisher put one into the folder. */
  file: path.nullable(),
  /** Whether an administrator must record a commercial licence before the first edit. */
  requiresAcceptance: z.boolean(),
});
export type Licence = z.infer<typeof licence>;

const size = z.tuple([count, count]).readonly();
/** How pictures are brought to the size that the model sees; the rules of `fit` in `@flux-context/picture`. Sides and areas in pixels. */
const fit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('area-cap-centre-crop'), multiple: count, maxArea: count, minSide: count, maxAspect: z.number().min(1) }),
  z.strictObject({ kind: z.literal('nearest-of-list'), multiple: count, sizes: z.array(size).min(1).max(64) }),
]);

const guidance = z.discriminatedUnion('mode', [
  /** Distilled: the model is never asked twice. */
  z.strictObject({ mode: z.literal('none') }),
  /** Two forwards a step, with and without the prompt. */
  z.strictObject({ mode: z.literal('cfg'), default: z.number().min(1).max(20) }),
  /** One forward that is told the scale. */
  z.strictObject({ mode: z.literal('embedded'), default: z.number().min(0).max(20) }),
]);

const common = {
  schema: z.literal(1),
  id,
  licence,
  /** Whether the weights are as published, or BF16 was written anew as F16. */
  precision: z.enum(['published', 'fp16']),
  files: z.array(bundleFile).min(1).max(filesMax),
  /** What it can be asked for. */
  pipelines: z.array(z.enum(['edit', 'edit-multi', 'inpaint', 'text'])).min(1),
  scheduler: path,
  steps: z.strictObject({ default: count, min: count, max: count }),
  guidance,
  /** `maxOutputTokens` are pixels of the result by 256. */
  image: z.strictObject({ fit, maxReferences: count, maxOutputTokens: count }),
};

const captured = { captureHidden: z.array(count).length(3) };
const flux2Klein = z.strictObject({
  ...common,
  family: z.literal('flux2-klein'),
  components: z.strictObject({
    transformer: network,
    vae: autoencoder,
    /** After which layers the hidden states are taken; layer 0 is the embedding. */
    textEncoder: z.union([built.extend(captured), exported.extend(captured)]),
    tokenizer,
  }),
});

const fluxKontext = z.strictObject({
  ...common,
  family: z.literal('flux-kontext'),
  /** As diffusers numbers them: the first encoder is CLIP, the second T5. */
  components: z.strictObject({ transformer: network, vae: autoencoder, textEncoder: network, textEncoder2: network, tokenizer, tokenizer2: tokenizer }),
});

interface Graph { onnx: string; data: readonly string[] }
type Parts = Readonly<Record<string, { config: string; json?: string; weights?: readonly string[]; graph?: Graph; encoder?: Graph; decoder?: Graph }>>;

/** Everything that the manifest points at must be one of its files, and none may be listed twice, whatever the case of its letters. */
function isClosed({ files, components, scheduler, licence }: { files: BundleFile[]; components: Parts; scheduler: string; licence: Licence }): boolean {
  const listed = new Set(files.map(({ path }) => path));
  const spelled = new Set(files.map(({ path }) => path.toLowerCase()));
  const graphs = Object.values(components).flatMap(({ graph, encoder, decoder }) => [graph, encoder, decoder]);
  const named = [...Object.values(components).flatMap(({ config, json, weights = [] }) => [config, json, ...weights]), ...graphs.flatMap((graph) => (graph ? [graph.onnx, ...graph.data] : []))];
  return spelled.size === files.length && !spelled.has(manifestName) && [...named, scheduler, licence.file].every((path) => path === undefined || path === null || listed.has(path));
}

const bundleManifest = z.discriminatedUnion('family', [flux2Klein, fluxKontext]).refine(isClosed);
/** `bundle.json`: what is in a bundle, what it may be used for and how it wants to be used. Paths are relative to the bundle's folder. */
export type BundleManifest = z.infer<typeof bundleManifest>;
export type Family = BundleManifest['family'];

/** A manifest without what is known only once the files are installed. */
export type Description = BundleManifest extends infer M ? (M extends BundleManifest ? Omit<M, 'files' | 'precision'> : never) : never;

/** Throws `bundle.manifest`. */
export function parseManifest(text: string): BundleManifest {
  try {
    return bundleManifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new BundleError('bundle.manifest', manifestName, { cause });
  }
}

export const formatManifest = (manifest: BundleManifest): string => `${JSON.stringify(bundleManifest.parse(manifest), null, 2)}\n`;
