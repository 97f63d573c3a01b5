import { openInside } from '../bundles/inside.js';
import { DiffusionError } from '../diffusion-error.js';
import { readTensorTable, type TensorEntry, type TensorTable } from '../safetensors.js';

/** A tensor and the file that it lies in, relative to the bundle. */
export interface Weight extends TensorEntry {
  readonly path: string;
}

/** The published weights of one network: what lies where in its safetensors files, however many those are. Values are never read here. */
export class Weights {
  private constructor(private readonly byName: ReadonlyMap<string, Weight>) {}

  /** Reads the headers of the files. Throws `SafetensorsError`, `BundleError`, and `model.weights` when two files claim one tensor. */
  static async open(folder: string, paths: readonly string[]): Promise<Weights> {
    const byName = new Map<string, Weight>();
    for (const path of paths) {
      for (const [name, entry] of await readTable(folder, path)) {
        if (byName.has(name)) throw new DiffusionError('model.weights');
        byName.set(name, { ...entry, path });
      }
    }
    return new Weights(byName);
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** Throws `model.weights` when there is no such tensor. */
  get(name: string): Weight {
    const weight = this.byName.get(name);
    if (!weight) throw new DiffusionError('model.weights', { cause: new Error(`no tensor ${name}`) });
    return weight;
  }
}

const readTable = async (folder: string, path: string): Promise<TensorTable> => {
  const file = await openInside(folder, path);
  try {
    return await readTensorTable(file);
  } finally {
    await file.close();
  }
};
