import { readTensorTable, SafetensorsError, type TensorTable } from '../safetensors.js';
import { BundleError } from './bundle-error.js';
import { findJson, type JsonObject, openInside, readJson } from './inside.js';
import { isBundlePath, shardsMax } from './manifest.js';

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

  /** Configuration and weights of one network, which must be of the class that its pipeline names. */
  async readNetwork(part: string, className: string) {
    const path = `${part}/config.json`;
    const config = await this.readConfig(path);
    const { _class_name: diffusers, architectures: transformers } = config;
    if (diffusers !== className && !(Array.isArray(transformers) && transformers.includes(className))) throw new BundleError('bundle.malformed', path);
    return { config, network: { config: path, weights: await this.findWeights(part) } };
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

  private async findWeights(part: string): Promise<string[]> {
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
    throw new BundleError('bundle.file_missing', `${part}/${weightNames[0]}.safetensors`);
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
