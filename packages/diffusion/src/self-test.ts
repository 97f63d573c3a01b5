import { type Bundle, BundleError } from './bundles/index.js';
import { DiffusionError } from './diffusion-error.js';
import { openPipeline } from './pipelines/families.js';

/** The smallest picture that every family takes, in pixels. */
const side = 64;

/** Left dark, right light: a picture on which a model that ignores its reference shows. */
const picture = () => ({ width: side, height: side, data: Uint8Array.from({ length: side * side * 3 }, (_, at) => (at % (side * 3) < side * 1.5 ? 48 : 208)) });

/**
 * Loads a bundle on the processor and makes one small edit in as few steps as the model has: so every network has run once, with the
 * weights as they lie on the disk. It says that the model works, not that its pictures are good. Throws `bundle.self_test`.
 */
export async function selfTest(bundle: Bundle, signal?: AbortSignal): Promise<void> {
  try {
    const pipeline = await openPipeline(bundle, { provider: 'cpu' });
    try {
      const request = { prompt: 'make it red', references: [picture()], seed: 1, steps: bundle.manifest.steps.min };
      const { image } = await pipeline.edit(request, signal ? { signal } : {});
      if (image.data.every((value) => value === image.data[0])) throw new DiffusionError('model.diverged');
    } finally {
      await pipeline.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new BundleError('bundle.self_test', cause instanceof DiffusionError ? cause.code : undefined, { cause });
  }
}
