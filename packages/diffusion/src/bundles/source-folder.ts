import { readTensorTable, SafetensorsError, type TensorTable } from '../safetensors.js';
import { BundleError } from './bundle-error.js';
import { findJson, type JsonObject, openInside, readJson } from './inside.js';
import { type AutoencoderFiles, isBundlePath, type LatentForm, type Network, shardsMax } from './manifest.js';
import { findGraph, type Found } from './published-graph.js';
import { type Spellings, spellings } from './spellings.js';

const configBytesMax = 2 ** 20;
const indexBytesMax = 8 * 2 ** 20;
const tokenizerBytesMax = 64 * 2 ** 20;
const weightNames = ['diffusion_pytorch_model', 'model'];
/** What the graph builder reads: weights, and the whole numbers of a few buffers. */
const readable = new Set(['F32', 'F16', 'BF16', 'I64', 'I32']);

/** Reads and checks the header of a file of weights. Throws `bundle.weights` and `bundle.dtype`. */
export async function readWeights(folder: string, path: string): Promise<TensorTable> {
  const file = await openInside(folder, path);
  try {
    const table = await readTensorTable(file);
    if ([...table.values()].every(({ dtype }) => readable.has(dtype))) return table;
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    if (cause.fault !== 'dtype') throw new BundleError('bundle.weights', path, { cause });
  } finally {
    await file.close();
  }
  throw new BundleError('bundle.dtype', path);
}

/**
 * A diffusers folder as somebody published it, while it is being read: each file that the bundle needs is noted as it is asked for.
 * Whatever else lies there is left behind.
 */
export class SourceFolder {
  private readonly noted = new Set<string>();
  /** Files that the bundle needs and the publisher left out, made from those that he has. */
  readonly made = new Map<string, Buffer>();

  constructor(readonly folder: string) {}

  /** The files that were asked for, but for those that are made. */
  get paths(): readonly string[] {
    return [...this.noted];
  }

  note(path: string): string {
    this.noted.add(path);
    return path;
  }

  /** A configuration. Throws `bundle.file_missing`, `bundle.malformed`. */
  async readConfig(path: string): Promise<JsonObject> {
    return readJson(this.folder, this.note(path), configBytesMax);
  }

  /** Configuration and weights of one network, which must be of the class that its pipeline names; without weights, a graph that somebody exported. */
  async readNetwork(part: string, className: string, spelled: Spellings): Promise<{ config: JsonObject; network: Network }> {
    const { path, config } = await this.readPart(part, className);
    const weights = await this.findWeights(part);
    if (weights) return { config, network: { config: path, weights } };
    const found = await this.findExport(part, spelled);
    if (!found) throw new BundleError('bundle.file_missing', `${part}/${weightNames[0]}.safetensors`);
    return { config, network: { config: path, graph: found.graph } };
  }

  /** As `readNetwork`, of an autoencoder, whose export is two graphs. `forms` are those of its latents that the family can do with. */
  async readAutoencoder(part: string, className: string, forms: readonly LatentForm[]): Promise<{ config: JsonObject; network: AutoencoderFiles }> {
    const { path, config } = await this.readPart(part, className);
    const weights = await this.findWeights(part);
    if (weights) return { config, network: { config: path, weights } };
    const [encoder, decoder] = [await this.findExport(`${part}_encoder`, spellings.vaeEncoder), await this.findExport(`${part}_decoder`, spellings.vaeDecoder)];
    if (!encoder || !decoder) throw new BundleError('bundle.file_missing', `${part}/${weightNames[0]}.safetensors`);
    const formOf = ({ graph }: Found, channels: number | undefined) => ({ ...graph, latentForm: latentFormOf(channels, config['latent_channels'], forms, graph.onnx) });
    return { config, network: { config: path, encoder: formOf(encoder, encoder.output.shape[1]), decoder: formOf(decoder, decoder.inputs.get('latent')!.shape[1]) } };
  }

  private async readPart(part: string, className: string) {
    const path = `${part}/config.json`;
    const config = await this.readConfig(path);
    const { _class_name: diffusers, architectures: transformers } = config;
    if (diffusers !== className && !(Array.isArray(transformers) && transformers.includes(className))) throw new BundleError('bundle.malformed', path);
    return { path, config };
  }

  /** Where optimum, transformers.js and single repositories put a graph, in this order. */
  private async findExport(part: string, spelled: Spellings): Promise<Found | undefined> {
    for (const path of [`${part}/model.onnx`, `onnx/${part}.onnx`, `${part}.onnx`]) {
      const found = await findGraph(this.folder, path, spelled);
      if (!found) continue;
      for (const file of [path, ...found.graph.data]) this.note(file);
      return found;
    }
    return undefined;
  }

  /** `build` makes tokenizer.json where there is none. */
  async readTokenizer(part: string, maxLength: number, build?: (folder: string, part: string) => Promise<Buffer | undefined>) {
    const [json, config] = [`${part}/tokenizer.json`, this.note(`${part}/tokenizer_config.json`)];
    await readJson(this.folder, config, configBytesMax);
    if (!(await findJson(this.folder, json, tokenizerBytesMax))) {
      const built = await build?.(this.folder, part);
      if (!built) throw new BundleError('bundle.file_missing', json);
      this.made.set(json, built);
    } else this.note(json);
    return { json, config, maxLength };
  }

  private async findWeights(part: string): Promise<string[] | undefined> {
    for (const name of weightNames) {
      const path = `${part}/${name}.safetensors`;
      const index = await findJson(this.folder, `${path}.index.json`, indexBytesMax);
      if (index) return this.readShards(part, this.note(`${path}.index.json`), index['weight_map']);
      const table = await readWeights(this.folder, path).catch((error: unknown) => {
        if (error instanceof BundleError && error.code === 'bundle.file_missing') return undefined;
        throw error;
      });
      if (table) return [this.note(path)];
    }
    return undefined;
  }

  /** The files of an index: each must hold exactly the tensors that the index puts into it. */
  private async readShards(part: string, indexPath: string, map: unknown): Promise<string[]> {
    if (typeof map !== 'object' || map === null) throw new BundleError('bundle.malformed', indexPath);
    const shards = new Map<string, string[]>();
    for (const [tensor, file] of Object.entries(map)) {
      if (typeof file !== 'string' || file.includes('/') || !file.endsWith('.safetensors') || !isBundlePath(`${part}/${file}`)) throw new BundleError('bundle.path', indexPath);
      const tensors = shards.get(file);
      if (tensors) tensors.push(tensor);
      else shards.set(file, [tensor]);
    }
    if (shards.size === 0) throw new BundleError('bundle.malformed', indexPath);
    if (shards.size > shardsMax) throw new BundleError('bundle.too_large', indexPath);
    const paths: string[] = [];
    for (const [file, tensors] of [...shards].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const path = this.note(`${part}/${file}`);
      const table = await readWeights(this.folder, path);
      if (table.size !== tensors.length || !tensors.every((tensor) => table.has(tensor))) throw new BundleError('bundle.weights', path);
      paths.push(path);
    }
    return paths;
  }
}

/** Told by the channels of a latent, which the graph must say: four times as many in patches of two by two, twice as many with the variance. */
function latentFormOf(channels: number | undefined, latentChannels: unknown, forms: readonly LatentForm[], path: string): LatentForm {
  const factor = typeof latentChannels === 'number' && channels !== undefined ? channels / latentChannels : 0;
  const form = ({ 1: 'raw', 2: 'moments', 4: 'patchified-normalised' } as const)[factor];
  if (form === undefined || !forms.includes(form)) throw new BundleError('bundle.onnx', `${path}, latents of ${channels ?? 'unknown'} channels`);
  return form;
}
