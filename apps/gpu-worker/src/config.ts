import { availableParallelism } from 'node:os';
import { isolations, modelId, poolName } from '@flux-context/contracts';
import { queueSchema } from '@flux-context/queue';
import { loadConfig, logLevels, nodeOptions, secret } from '@flux-context/runtime';
import { z } from 'zod';
import { providers } from './engine-process/frames.js';

const gibibyte = 1_073_741_824;
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const list = z.string().transform((text) => text.split(',').map((item) => item.trim()).filter((item) => item !== ''));
const addresses = list
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1));

/** The worker's configuration, as docs/operate/configuration.md lists it. */
export const configSchema = z.object({
  NODE_ENV: z.string().default('development').describe('`production`: refuse to start where a sandbox cannot be denied the network.'),
  NODE_OPTIONS: nodeOptions,
  LOG_LEVEL: z.enum(logLevels).default('info').describe('The least that is logged.'),
  POOL: poolName.default('shared').describe('The pool whose edits this worker takes.'),
  POOL_CREDENTIAL: secret(16).describe("What the API knows this pool's workers by; the `credential` in its `POOLS`."),
  API_INTERNAL_URLS: addresses.describe('Internal listeners of the API, separated by commas. The worker talks to these and to no other address.'),
  QUEUE_URL: secret().describe("The queue: the database with the role of this pool's workers, or `redis://…`."),
  QUEUE_SCHEMA: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/).optional().describe("The PostgreSQL schema of the pool's queues; made from the pool's name when absent."),
  KEYS_DIR: z.string().min(1).describe('Where the key pairs of the pool lie; shared by all workers of the pool, best on a tmpfs.'),
  KEY_EPOCH_SECONDS: whole(60, 31_536_000).default(86_400).describe('How long a key pair is sealed to before a new one follows.'),
  KEY_KEEP_SECONDS: whole(60, 86_400).default(3_600).describe('How long an old key pair can still open edits; then it is destroyed.'),
  WORKER_SLOTS: whole(1, 256).optional().describe('Edits at once; as many as there are cores when absent.'),
  SANDBOX_SPARES: whole(0, 16).default(1).describe("Warm processes beyond the slots, so that the next edit finds one while the last one's successor starts."),
  SANDBOX_BYTES_MAX: whole(gibibyte / 2, 256 * gibibyte).default(2 * gibibyte).describe('Memory of one sandbox, in bytes.'),
  SANDBOX_CPU_SECONDS_MAX: whole(1, 86_400).default(300).describe('CPU time of one sandbox.'),
  SANDBOX_ISOLATION: z.enum(isolations).optional().describe('Use this form of isolation only; the strictest that works here when absent.'),
  MODELS_DIR: z.string().min(1).optional().describe('Folder of the image models, which the worker only reads. Without a bundle in it exact edits are all it takes, and no engine is started; when bundles come or go, models are loaded anew.'),
  MODELS: list.pipe(z.array(modelId)).default([]).describe('Models to load, separated by commas; all that are there when empty. All workers of a pool load the same ones.'),
  ENGINE_PROVIDER: z.enum(['auto', ...providers]).default('auto').describe('What computes: `auto` takes the first of the others that works here.'),
  ENGINE_SLOTS: whole(1, 16).default(2).describe('Model edits at once: one is computed, the others are being opened or written.'),
  ENGINE_THREADS: whole(1, 1_024).optional().describe('Threads of the engine on a CPU; as many as there are cores when absent.'),
  ENGINE_BYTES_MAX: whole(gibibyte / 4, 4_096 * gibibyte).optional().describe('Memory that the engine may write to, in bytes; without it the host decides.'),
  ENGINE_EDITS_MAX: whole(1, 1_000_000).optional().describe('The engine is started anew after so many edits, of which a second, closer look at a picture is one of its own. `1` in private pools: then nothing that one edit left in memory meets the next. Loading takes as long as at the start.'),
  ENGINE_LOAD_SECONDS: whole(1, 7_200).default(900).describe('How long loading may take.'),
  ENGINE_CANCEL_SECONDS: whole(1, 600).default(10).describe('How long a cancelled edit may take to reach the end of its step; then the engine is killed and started anew.'),
  ENGINE_ISOLATION: z.enum(isolations).optional().describe('The form of isolation of the engine; that of the sandboxes when absent.'),
  ENGINE_DEVICES: list.default([]).describe('Devices that the engine sees, as `/dev/nvidia0,/dev/nvidiactl,/dev/nvidia-uvm`; none when empty. With any, its system calls are not filtered, because drivers need their own.'),
  ENGINE_PATHS: list.default([]).describe('More files and folders that the engine reads, such as those of CUDA.'),
  ENGINE_LIBRARY_PATH: z.string().optional().describe('Where the engine looks for shared objects (`LD_LIBRARY_PATH`).'),
  SEALED_BYTES_MAX: whole(1, 16 * gibibyte).default(gibibyte / 2).describe('Sealed bytes of one edit that the worker takes in; must hold what `PICTURE_BYTES_MAX` lets in.'),
  DRAIN_SECONDS: whole(0, 3_600).default(15).describe('How long a shutdown waits for edits that run.'),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address on which Prometheus figures are served, at `/metrics`.'),
  METRICS_PORT: whole(0, 65_535).default(9465).describe('Port of the figures.'),
  BUILD: z.string().max(100).default('development').describe('The build that the worker announces.'),
});

export type Config = ReturnType<typeof readConfig>;

/** Reads the environment; throws one error that names every fault. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const config = loadConfig(configSchema, env);
  return { ...config, QUEUE_SCHEMA: config.QUEUE_SCHEMA ?? queueSchema(config.POOL), WORKER_SLOTS: config.WORKER_SLOTS ?? availableParallelism() };
}
