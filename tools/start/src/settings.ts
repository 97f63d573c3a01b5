import { join, resolve } from 'node:path';
import { ConfigError, loadConfig } from '@flux-context/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** What `npm start` itself reads, as docs/operate/configuration.md lists it. */
export const settingsSchema = z.object({
  DATA_DIR: z.string().default('.appliance').describe('Where the embedded form keeps its database, keys and logs; nothing of an edit is ever in it.'),
  HTTP_PORT: port.default(8080).describe('Port of the portal and the API; 0 takes a free one.'),
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address on which they listen.'),
  METRICS_PORT: port.default(9464).describe('Port of the figures of the API.'),
  WORKER_METRICS_PORT: port.default(9465).describe('Port of the figures of the worker.'),
  WORKER_SLOTS: z.coerce.number().int().min(1).max(64).optional().describe('Edits at once; as many as there are cores when absent.'),
  MODELS_DIR: z.string().optional().describe('Folder of image models; `models` in the data folder when absent. What is imported there is loaded at once.'),
  PRELOAD: z.url({ protocol: /^file$/ }).optional().describe('A module that the API and the worker load before their own: the crash test kills them from it. Refused in production.'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least that is logged.'),
});

/** Settings of the API and the worker that pass through as they are. Everything else of the shell stays in the shell. */
export const passing = ['PATH', 'TZ', 'NODE_ENV', 'HEIC_ENABLED', 'PICTURE_BYTES_MAX', 'PICTURE_PIXELS_MAX', 'PARCEL_BYTES_MAX', 'EDITS_PER_PERSON_MAX', 'REQUESTS_PER_PERSON_MINUTE', 'REQUESTS_PER_ADDRESS_MINUTE', 'EVENT_STREAMS_PER_PERSON_MAX', 'TRUSTED_PROXIES', 'EDIT_DEADLINE_SECONDS', 'REDELIVERY_SECONDS', 'SANDBOX_BYTES_MAX', 'MODELS', 'ENGINE_PROVIDER', 'ENGINE_SLOTS', 'ENGINE_THREADS', 'ENGINE_BYTES_MAX', 'ENGINE_EDITS_MAX', 'ENGINE_LOAD_SECONDS', 'ENGINE_CANCEL_SECONDS', 'ENGINE_ISOLATION', 'ENGINE_DEVICES', 'ENGINE_PATHS', 'ENGINE_LIBRARY_PATH', 'SANDBOX_ISOLATION', 'SEALED_BYTES_MAX', 'ENTITLEMENT_FILE', 'ENTITLEMENT_KEYS', 'AUDIT_NAME'];

export type Settings = Omit<z.infer<typeof settingsSchema>, 'DATA_DIR' | 'MODELS_DIR'> & {
  readonly dataDirectory: string;
  readonly modelsDirectory: string;
  readonly passedOn: Readonly<Record<string, string>>;
};

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { DATA_DIR, MODELS_DIR, ...rest } = loadConfig(settingsSchema, env);
  // Foreign code beside keys and pictures.
  if (rest.PRELOAD !== undefined && env['NODE_ENV'] === 'production') throw new ConfigError(['PRELOAD: is for tests, and refused in production']);
  const passedOn = Object.fromEntries(passing.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const dataDirectory = resolve(DATA_DIR);
  return { ...rest, dataDirectory, modelsDirectory: MODELS_DIR === undefined ? join(dataDirectory, 'models') : resolve(MODELS_DIR), passedOn };
}
