import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BundleError } from './bundle-error.js';
import { isBundleId } from './manifest.js';
import { stagingFolder } from './staging.js';

async function removeFolder(modelsFolder: string, folder: string): Promise<boolean> {
  const doomed = join(modelsFolder, `.removing-${randomBytes(6).toString('hex')}`);
  try {
    await rename(folder, doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await rm(doomed, { recursive: true });
  return true;
}

/**
 * Takes a bundle, and what an interrupted import of it has left, out of the models folder: first its name, then its bytes, so that nobody
 * finds half a bundle. Engines that have it open keep it until they end. Throws `bundle.unknown`.
 */
export async function removeBundle(modelsFolder: string, id: string): Promise<void> {
  if (!isBundleId(id)) throw new BundleError('bundle.unknown', id);
  const removed = await Promise.all([join(modelsFolder, id), stagingFolder(modelsFolder, id)].map((folder) => removeFolder(modelsFolder, folder)));
  if (!removed.includes(true)) throw new BundleError('bundle.unknown', id);
}
