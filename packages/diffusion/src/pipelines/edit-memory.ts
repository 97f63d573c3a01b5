import { setImmediate } from 'node:timers/promises';
import { DiffusionError } from '../diffusion-error.js';
import type { DiffusionStage, Observer } from './pipeline.js';

/** The arrays of one edit, so that all of them are overwritten however it ends. */
export class EditMemory {
  private readonly arrays = new Set<Float32Array | BigInt64Array>();

  /** Takes an array over and gives it back. */
  hold<T extends Float32Array | BigInt64Array>(array: T): T {
    this.arrays.add(array);
    return array;
  }

  /** Overwrites one that is not needed any more. */
  discard(array: Float32Array | BigInt64Array): void {
    if (array instanceof BigInt64Array) array.fill(0n);
    else array.fill(0);
    this.arrays.delete(array);
  }

  overwrite(): void {
    for (const array of this.arrays) this.discard(array);
  }
}

/** Says that a step begins and lets the process hear what came in meanwhile. Throws `model.cancelled`. */
export const beginStep = async ({ onStep, signal }: Observer, stage: DiffusionStage, step = 0, steps = 1): Promise<void> => {
  await setImmediate();
  if (signal?.aborted) throw new DiffusionError('model.cancelled');
  onStep?.(stage, step, steps);
};
