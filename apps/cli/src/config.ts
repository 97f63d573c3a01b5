import { readFile } from 'node:fs/promises';
import { UsageError } from './errors.js';

/** What the environment says. The only place of the CLI that reads it. */
export interface Config {
  readonly url: URL | undefined;
  readonly apiKey: string | undefined;
  readonly dataDirectory: string | undefined;
  readonly modelsDirectory: string | undefined;
  /** Folder of the public keys of those whose packed models are imported. */
  readonly modelKeys: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const environment: Environment = process.env;

async function readApiKey(env: Environment): Promise<string | undefined> {
  const { FLUX_API_KEY: key, FLUX_API_KEY_FILE: file } = env;
  if (key && file) throw new UsageError('FLUX_API_KEY and FLUX_API_KEY_FILE are both set. Set one of them.');
  if (!file) return key?.trim() || undefined;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError('The file that FLUX_API_KEY_FILE names cannot be read.');
  });
  return text.trim() || undefined;
}

function readUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  if (!/^https?:/i.test(text) || !URL.canParse(text)) throw new UsageError('FLUX_URL is not an address. It should look like https://flux.example.com.');
  return new URL(text);
}

export async function readConfig(env: Environment): Promise<Config> {
  return { url: readUrl(env['FLUX_URL']), apiKey: await readApiKey(env), dataDirectory: env['DATA_DIR'] || undefined, modelsDirectory: env['MODELS_DIR'] || undefined, modelKeys: env['MODEL_KEYS'] || undefined };
}
