import type { Bundle, Family } from '../bundles/index.js';
import { FluxKontextPipeline } from './flux-kontext.js';
import type { KontextBundle } from './flux-kontext-parts.js';
import { Flux2KleinPipeline } from './flux2-klein.js';
import type { KleinBundle } from './flux2-klein-parts.js';
import type { Pipeline, PipelineOptions } from './pipeline.js';

/** How each family of models is opened. A new one is an entry here, and a member of the manifest's union. */
const families: Record<Family, (bundle: Bundle, options: PipelineOptions) => Promise<Pipeline>> = {
  'flux-kontext': (bundle, options) => FluxKontextPipeline.open(bundle as KontextBundle, options),
  'flux2-klein': (bundle, options) => Flux2KleinPipeline.open(bundle as KleinBundle, options),
};

/**
 * Loads a bundle. Throws `DiffusionError` where it cannot be computed with, `BundleError` and `SafetensorsError` where its files
 * are not what they should be.
 */
export const openPipeline = async (bundle: Bundle, options: PipelineOptions): Promise<Pipeline> => families[bundle.manifest.family](bundle, options);
