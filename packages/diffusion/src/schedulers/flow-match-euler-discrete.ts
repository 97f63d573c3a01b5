import { z } from 'zod';

const off = z.literal(false).default(false);

/** `scheduler_config.json` of a FlowMatchEulerDiscreteScheduler, as the FLUX families use it. */
export const flowMatchConfig = z.object({
  num_train_timesteps: z.int().min(1).max(1_000_000).default(1000),
  shift: z.number().positive().default(1),
  use_dynamic_shifting: z.boolean().default(false),
  time_shift_type: z.literal('exponential').default('exponential'),
  base_shift: z.number().default(0.5),
  max_shift: z.number().default(1.15),
  base_image_seq_len: z.int().min(1).default(256),
  max_image_seq_len: z.int().min(1).default(4096),
  shift_terminal: z.null().default(null),
  invert_sigmas: off,
  stochastic_sampling: off,
  use_karras_sigmas: off,
  use_exponential_sigmas: off,
  use_beta_sigmas: off,
});
export type FlowMatchConfig = z.infer<typeof flowMatchConfig>;

/** Noise levels of the steps and, one more, of the result: from 1 (noise) to 0 (picture). `timesteps` are the same by 1000. */
export interface Schedule {
  readonly sigmas: Float32Array;
  readonly timesteps: Float32Array;
}

const { fround } = Math;

/**
 * Walks from noise to a picture in straight pieces along the velocity that the model predicts. Every operation is rounded to
 * float32 in the order of the reference implementation.
 */
export class FlowMatchEulerDiscreteScheduler {
  constructor(private readonly config: FlowMatchConfig) {}

  /** `mu` says how much longer to stay noisy, which large pictures need; it is ignored where the configuration has a fixed shift. */
  schedule(steps: number, mu: number): Schedule {
    const { num_train_timesteps: range } = this.config;
    const sigmas = new Float32Array(steps + 1);
    for (let at = 0; at < steps; at += 1) sigmas[at] = this.shifted(fround(at === steps - 1 && steps > 1 ? 1 / steps : 1 + (at * (1 / steps - 1)) / (steps - 1 || 1)), mu);
    return { sigmas, timesteps: sigmas.slice(0, steps).map((sigma) => fround(sigma * range)) };
  }

  /** One step, in place. */
  step(latents: Float32Array, velocity: Float32Array, sigma: number, sigmaNext: number): void {
    const distance = fround(sigmaNext - sigma);
    for (let at = 0; at < latents.length; at += 1) latents[at] = latents[at]! + fround(distance * velocity[at]!);
  }

  /** The picture as it would be at that noise level. */
  scaleNoise(sample: Float32Array, sigma: number, noise: Float32Array): Float32Array {
    const rest = fround(1 - sigma);
    return sample.map((value, at) => fround(sigma * noise[at]!) + fround(rest * value));
  }

  private shifted(sigma: number, mu: number): number {
    const { use_dynamic_shifting: dynamic, shift } = this.config;
    if (!dynamic) return fround(fround(shift * sigma) / fround(1 + fround((shift - 1) * sigma)));
    const growth = fround(Math.exp(mu));
    return fround(growth / fround(growth + fround(fround(1 / sigma) - 1)));
  }
}

/** FLUX.2's fit of mu to the number of output tokens (references do not count) and of steps. It falls off a cliff beyond 4300 tokens. */
export const empiricalMu = (tokens: number, steps: number): number => {
  const manySteps = 0.00016927 * tokens + 0.45666666;
  if (tokens > 4300) return manySteps;
  const fewSteps = 8.73809524e-5 * tokens + 1.89833333;
  const slope = (manySteps - fewSteps) / 190;
  return slope * steps + (manySteps - 200 * slope);
};

/** FLUX.1's: a line through the two shifts of the configuration. */
export const linearMu = (tokens: number, { base_shift: base, max_shift: max, base_image_seq_len: from, max_image_seq_len: to }: FlowMatchConfig): number => {
  const slope = (max - base) / (to - from);
  return tokens * slope + (base - slope * from);
};
