import { stat } from 'node:fs/promises';
import path from 'node:path';
import { dataFolders } from './appliance.js';
import type { Config } from './config.js';
import { UsageError } from './errors.js';

const isFolder = async (name: string): Promise<boolean> => (await stat(name).catch(() => undefined))?.isDirectory() ?? false;

/** Where models are installed: `MODELS_DIR`, or `models` in the data folder of the appliance on this computer. */
export async function findModelsFolder({ modelsDirectory, dataDirectory }: Config, cwd: string): Promise<string> {
  if (modelsDirectory) return path.resolve(cwd, modelsDirectory);
  for (const folder of dataFolders(cwd, dataDirectory)) if (await isFolder(folder)) return path.join(folder, 'models');
  throw new UsageError('No models folder was found. Set MODELS_DIR to the one that the workers read, or start the appliance here once.');
}
