import path from 'node:path';
import { ConfigError, type Logger } from '@flux-context/runtime';
import type { Config } from '../config.js';
import type { Sight } from '../sandbox/isolation.js';
import type { Proven } from '../sandbox/probe-isolation.js';
import { deniesNetwork, engineCommand } from './engine-command.js';
import { Engine } from './engine.js';

/** The engine, where there is a folder for its models; undefined where exact edits are all that this worker takes. */
export function startEngine(config: Config, proven: Proven, sight: Sight, logger: Logger): Engine | undefined {
  if (config.MODELS_DIR === undefined) return undefined;
  const modelsFolder = path.resolve(config.MODELS_DIR);
  const settings = { modelsFolder, models: config.MODELS, provider: config.ENGINE_PROVIDER, ...(config.ENGINE_THREADS !== undefined && { threads: config.ENGINE_THREADS }) };
  const bounds = { isolation: config.ENGINE_ISOLATION ?? proven.isolation, memoryBytesMax: config.ENGINE_BYTES_MAX, devices: config.ENGINE_DEVICES, paths: config.ENGINE_PATHS, libraryPath: config.ENGINE_LIBRARY_PATH };
  const denied = deniesNetwork(bounds);
  if (!denied && config.NODE_ENV === 'production') throw new ConfigError(['ENGINE_ISOLATION: in production the engine must be denied the network, which this form does not do here; use bubblewrap or namespaces']);
  return new Engine({
    command: () => {
      if (!denied) logger.warn('THE ENGINE HAS A NETWORK HERE', { isolation: bounds.isolation });
      return engineCommand(settings, bounds, sight);
    },
    modelsFolder,
    patience: { loadMsMax: config.ENGINE_LOAD_SECONDS * 1_000, cancelMsMax: config.ENGINE_CANCEL_SECONDS * 1_000 },
    editsMax: config.ENGINE_EDITS_MAX,
    logger,
  });
}
