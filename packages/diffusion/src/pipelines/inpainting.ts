import type { FlowMatchEulerDiscreteScheduler } from '../schedulers/flow-match-euler-discrete.js';

/**
 * Keeps what a mask does not cover: there, after every step, the latents are those of the clean picture at that noise level, always
 * with the same noise. `clean` and `noise` are [tokens, channels]; `mask` says for each token how much of it may change.
 */
export class Inpainting {
  constructor(
    private readonly scheduler: FlowMatchEulerDiscreteScheduler,
    private readonly clean: Float32Array,
    private readonly noise: Float32Array,
    private readonly mask: Float32Array,
  ) {}

  /** Where the way begins: the whole picture at that noise level, in place. */
  begin(latents: Float32Array, sigma: number): void {
    this.blend(latents, sigma, () => 0);
  }

  /** Brings back what may not have changed, in place. */
  restore(latents: Float32Array, sigma: number): void {
    const channels = latents.length / this.mask.length;
    this.blend(latents, sigma, (at) => this.mask[Math.floor(at / channels)]!);
  }

  private blend(latents: Float32Array, sigma: number, shareOf: (at: number) => number): void {
    const kept = this.scheduler.scaleNoise(this.clean, sigma, this.noise);
    for (let at = 0; at < latents.length; at += 1) {
      const share = shareOf(at);
      latents[at] = Math.fround(Math.fround(1 - share) * kept[at]!) + Math.fround(share * latents[at]!);
    }
    kept.fill(0);
  }
}
