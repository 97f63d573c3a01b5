import { listBundles, openPipeline, type Pipeline, probeProviders, type Provider } from '@flux-context/diffusion';
import type { Loaded } from '../frames.js';
import { loadedModelOf } from './announce.js';

/** How the engine's process is started; these are its arguments, as JSON. */
export interface EngineSettings {
  readonly modelsFolder: string;
  /** The bundles to load; all that are there when empty. */
  readonly models: readonly string[];
  readonly provider: Provider | 'auto';
  readonly threads?: number | undefined;
}

export interface LoadedModels {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly loaded: Loaded;
}

/** Loads every bundle that can be; one that cannot does not keep the others out. */
export async function loadModels({ modelsFolder, models, provider: wanted, threads }: EngineSettings): Promise<LoadedModels> {
  const provider = wanted === 'auto' ? ((await probeProviders())[0] ?? 'cpu') : wanted;
  const found = await listBundles(modelsFolder);
  const isWanted = ({ id }: { readonly id: string }): boolean => models.length === 0 || models.includes(id);
  const bundles = found.bundles.filter(({ manifest }) => isWanted(manifest));
  const refused = found.refused.filter(isWanted).map(({ id, error }) => ({ id, code: error.code as string }));
  const there = new Set([...bundles.map(({ manifest }) => manifest.id), ...refused.map(({ id }) => id)]);
  for (const id of models) if (!there.has(id)) refused.push({ id, code: 'bundle.unknown' });
  const pipelines = new Map<string, Pipeline>();
  for (const bundle of bundles) {
    try {
      pipelines.set(bundle.manifest.id, await openPipeline(bundle, { provider, ...(threads !== undefined && { threads }) }));
    } catch (error) {
      refused.push({ id: bundle.manifest.id, code: codeOf(error) });
    }
  }
  return { pipelines, loaded: { provider, models: [...pipelines.values()].map(({ bundle }) => loadedModelOf(bundle.manifest)), refused } };
}

/** A code of our own packages; foreign errors have others, which may be long, or none. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^(model|bundle)\.[a-z_]{1,40}$/.test(code) ? code : 'model.load_failed';
}
