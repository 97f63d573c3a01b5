import type { z } from 'zod';
import { readJson } from '../bundles/inside.js';
import { DiffusionError } from '../diffusion-error.js';

const configBytesMax = 2 ** 20;

/** A published config.json, checked to be one that can be built. Throws `model.config`, and `BundleError` where it cannot be read. */
export const readConfiguration = async <T>(folder: string, path: string, schema: z.ZodType<T>): Promise<T> => {
  const parsed = schema.safeParse(await readJson(folder, path, configBytesMax));
  if (!parsed.success) throw new DiffusionError('model.config', { cause: parsed.error });
  return parsed.data;
};
