import { closePrototypes, ConfigError, createLogger, keepMemoryPrivate, onShutdown } from '@flux-context/runtime';
import { type Config, readConfig } from './config.js';
import { Worker } from './worker.js';

/** Status of `sysexits.h` for a wrong configuration: starting again would not help. */
const badConfiguration = 78;

function refuse(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(badConfiguration);
}

let config: Config;
try {
  keepMemoryPrivate();
  closePrototypes();
  config = readConfig();
} catch (error) {
  refuse(error);
}
const logger = createLogger({ app: 'gpu-worker', level: config.LOG_LEVEL });
const worker = await Worker.start(config, logger).catch(refuse);
onShutdown(() => worker.stop(), (config.DRAIN_SECONDS + 10) * 1_000);
