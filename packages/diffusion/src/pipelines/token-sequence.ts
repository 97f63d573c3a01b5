import { type Latent, type Normalisation, packLatent } from '../latents/packing.js';
import type { EditMemory } from './edit-memory.js';

/** Output tokens first, then those of the references. Only the output tokens, which `latents` shows, change. */
export interface TokenSequence {
  readonly tokens: Float32Array;
  readonly latents: Float32Array;
}

/** Packs the references behind room for as many numbers of output tokens, which are still to be written. */
export const tokenSequence = (outputSize: number, references: readonly Latent[], normalisation: Normalisation, memory: EditMemory): TokenSequence => {
  const tokens = memory.hold(new Float32Array(outputSize + references.reduce((sum, { data }) => sum + data.length, 0)));
  let offset = outputSize;
  for (const reference of references) packLatent(reference, normalisation, tokens.subarray(offset, (offset += reference.data.length)));
  return { tokens, latents: tokens.subarray(0, outputSize) };
};
