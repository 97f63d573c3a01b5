import type { FlowMatchEulerDiscreteScheduler, Schedule } from '../schedulers/flow-match-euler-discrete.js';
import { beginStep, type EditMemory } from './edit-memory.js';
import type { Observer } from './pipeline.js';

const { fround } = Math;

/** What leads the way. */
export interface Guided<Prompt> {
  readonly prompt: Prompt;
  /** Without guidance there is none. */
  readonly negative: Prompt | undefined;
  /** How far away from the negative prompt. */
  readonly guidance: number;
  /** At a timestep from 1000 to 0. The rows of the output tokens come first. */
  predictVelocity(prompt: Prompt, timestep: number): Promise<Float32Array>;
}

/** The way from noise to a picture, and who is told and wiped on it. */
export interface Way {
  readonly scheduler: FlowMatchEulerDiscreteScheduler;
  readonly schedule: Schedule;
  /** Steps before this one are left out. */
  readonly firstStep: number;
  readonly observer: Observer;
  readonly memory: EditMemory;
}

/** Walks `latents` from step to step, in place. `afterStep` is told the noise level that was reached. */
export const denoise = async <Prompt>(
  latents: Float32Array,
  { prompt, negative, guidance, predictVelocity }: Guided<Prompt>,
  { scheduler, schedule: { sigmas, timesteps }, firstStep, observer, memory }: Way,
  afterStep?: (sigma: number) => void,
): Promise<void> => {
  const steps = timesteps.length;
  for (let at = firstStep; at < steps; at += 1) {
    await beginStep(observer, 'denoise', at - firstStep, steps - firstStep);
    const velocity = memory.hold(await predictVelocity(prompt, timesteps[at]!));
    if (negative !== undefined) {
      const away = memory.hold(await predictVelocity(negative, timesteps[at]!));
      guide(velocity, away, guidance);
      memory.discard(away);
    }
    scheduler.step(latents, velocity.subarray(0, latents.length), sigmas[at]!, sigmas[at + 1]!);
    memory.discard(velocity);
    afterStep?.(sigmas[at + 1]!);
  }
};

/** Away from what the negative prompt predicts, in place (classifier-free guidance, Ho and Salimans, 2022). */
const guide = (velocity: Float32Array, negative: Float32Array, guidance: number): void => {
  for (let at = 0; at < velocity.length; at += 1) velocity[at] = negative[at]! + fround(guidance * fround(velocity[at]! - negative[at]!));
};
