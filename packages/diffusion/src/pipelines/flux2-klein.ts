import type { RgbImage } from '@flux-context/picture';
import { type Latent, packLatent, packPlaces, unpackLatent } from '../latents/packing.js';
import { maskOfTokens } from '../latents/mask.js';
import { gaussianNoise } from '../latents/noise.js';
import { toImage, toSample } from '../latents/pixels.js';
import { gridPositions, type Position, type RotaryTable, rotaryTable } from '../latents/rotary.js';
import { empiricalMu, type Schedule } from '../schedulers/flow-match-euler-discrete.js';
import { beginStep, EditMemory } from './edit-memory.js';
import { type Flux2KleinParts, openFlux2KleinParts, type KleinBundle } from './flux2-klein-parts.js';
import { type EditPlan, planEdit } from './edit-plan.js';
import type { DiffusionRequest, DiffusionResult, Observer, Pipeline, PipelineOptions } from './pipeline.js';

/** The turn of a person, and the beginning of an answer without thinking: Qwen3's chat template as the reference fills it in. */
const template = { prefix: '<|im_start|>user\n', suffix: '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n' };

/** Reference pictures lie at times 10, 20 and so on; what is made lies at 0. */
const timeStep = 10;

/** What stays the same from step to step. */
interface Conditioning {
  /** Output tokens first, then those of the references. Only the output tokens change. */
  readonly tokens: Float32Array;
  readonly latents: Float32Array;
  readonly rotary: RotaryTable;
  readonly prompt: Float32Array;
  /** Without guidance there is none. */
  readonly negative: Float32Array | undefined;
}

/** Keeps what is not masked as it was: the clean tokens, the noise that was drawn, and how much of each token may change. */
interface Inpainting {
  readonly clean: Float32Array;
  readonly noise: Float32Array;
  readonly mask: Float32Array;
}

/**
 * FLUX.2 klein, distilled or base: from words alone, from one or several pictures, and within a mask. The steps are those of
 * diffusers' Flux2KleinPipeline and Flux2KleinInpaintPipeline.
 */
export class Flux2KleinPipeline implements Pipeline {
  private constructor(
    readonly bundle: KleinBundle,
    private readonly parts: Flux2KleinParts,
    private readonly drawNoise = gaussianNoise,
  ) {}

  static async open(bundle: KleinBundle, options: PipelineOptions): Promise<Flux2KleinPipeline> {
    return new Flux2KleinPipeline(bundle, await openFlux2KleinParts(bundle, options), options.noise);
  }

  async edit(request: DiffusionRequest, observer: Observer = {}): Promise<DiffusionResult> {
    const memory = new EditMemory();
    try {
      const plan = planEdit(request, this.bundle.manifest);
      await beginStep(observer, 'encodePrompt');
      const prompt = memory.hold(await this.encodePrompt(request.prompt, memory));
      const negative = plan.guidance > 1 ? memory.hold(await this.encodePrompt(request.negativePrompt ?? '', memory)) : undefined;

      await beginStep(observer, 'prepareLatents');
      const references: Latent[] = [];
      for (const reference of request.references) references.push(await this.encodeImage(reference, memory));
      const schedule = this.parts.scheduler.schedule(plan.steps, empiricalMu(plan.rows * plan.columns, plan.steps));
      const { conditioning, inpainting } = this.prepareLatents(plan, request, references, { prompt, negative, schedule, memory });

      await this.denoise(conditioning, schedule, plan, { inpainting, observer, memory });
      await beginStep(observer, 'decodeLatents');
      return await this.decodeLatents(conditioning.latents, plan, observer.roundTrip ? references[0] : undefined, memory);
    } finally {
      memory.overwrite();
    }
  }

  async close(): Promise<void> {
    await this.parts.close();
  }

  /** [1, text tokens, joint]. Control tokens in the words are taken out. */
  private async encodePrompt(prompt: string, memory: EditMemory): Promise<Float32Array> {
    const { tokenizer, textEncoder } = this.parts;
    const { inputIds, attentionMask } = tokenizer.encode(template.prefix + tokenizer.withoutMarkers(prompt) + template.suffix);
    const shape = [1, inputIds.length];
    return textEncoder.run({ input_ids: { data: memory.hold(inputIds), shape }, attention_mask: { data: memory.hold(attentionMask), shape } });
  }

  private async encodeImage(image: RgbImage, memory: EditMemory): Promise<Latent> {
    const { vaeEncoder, latentChannels, vaeFactor } = this.parts;
    const sample = { data: memory.hold(toSample(image)), shape: [1, 3, image.height, image.width] };
    return { channels: latentChannels, height: image.height / vaeFactor, width: image.width / vaeFactor, data: memory.hold(await vaeEncoder.run({ sample })) };
  }

  private prepareLatents(
    plan: EditPlan,
    { mask, seed }: DiffusionRequest,
    references: readonly Latent[],
    { prompt, negative, schedule, memory }: { readonly prompt: Float32Array; readonly negative: Float32Array | undefined; readonly schedule: Schedule; readonly memory: EditMemory },
  ): { conditioning: Conditioning; inpainting: Inpainting | undefined } {
    const { latentChannels, normalisation, rotary, scheduler, textLength } = this.parts;
    const tokenWidth = latentChannels * 4;
    const sizes = references.map(({ data }) => data.length);
    const outputSize = plan.rows * plan.columns * tokenWidth;
    const tokens = memory.hold(new Float32Array(outputSize + sizes.reduce((sum, size) => sum + size, 0)));
    const latents = tokens.subarray(0, outputSize);
    packPlaces(memory.hold(this.drawNoise(seed, outputSize)), tokenWidth, latents);
    let offset = outputSize;
    for (const reference of references) packLatent(reference, normalisation, tokens.subarray(offset, (offset += reference.data.length)));

    let inpainting: Inpainting | undefined;
    if (mask) {
      const clean = tokens.subarray(outputSize, outputSize * 2);
      inpainting = { clean, noise: memory.hold(latents.slice()), mask: memory.hold(maskOfTokens(mask, plan.patch)) };
      latents.set(memory.hold(scheduler.scaleNoise(clean, schedule.sigmas[plan.firstStep]!, inpainting.noise)));
    }
    const positions = [...textPositions(textLength), ...gridPositions(plan.rows, plan.columns, (row, column) => [0, row, column, 0]), ...references.flatMap(referencePositions)];
    return { conditioning: { tokens, latents, prompt, negative, rotary: rotaryTable(positions, rotary.axes, rotary.theta) }, inpainting };
  }

  private async denoise(
    conditioning: Conditioning,
    { sigmas, timesteps }: Schedule,
    { firstStep, steps, guidance }: EditPlan,
    { inpainting, observer, memory }: { readonly inpainting: Inpainting | undefined; readonly observer: Observer; readonly memory: EditMemory },
  ): Promise<void> {
    const { latents, prompt, negative } = conditioning;
    for (let at = firstStep; at < steps; at += 1) {
      await beginStep(observer, 'denoise', at - firstStep, steps - firstStep);
      const velocity = memory.hold(await this.predictVelocity(conditioning, prompt, timesteps[at]!));
      if (negative) guide(velocity, memory.hold(await this.predictVelocity(conditioning, negative, timesteps[at]!)), guidance);
      this.parts.scheduler.step(latents, velocity.subarray(0, latents.length), sigmas[at]!, sigmas[at + 1]!);
      if (inpainting) this.restoreUnmasked(latents, inpainting, sigmas[at + 1]!);
    }
  }

  private async predictVelocity({ tokens, rotary }: Conditioning, prompt: Float32Array, timestep: number): Promise<Float32Array> {
    const { transformer, latentChannels, textLength } = this.parts;
    const angles = [rotary.tokens, rotary.angles];
    return transformer.run({
      hidden_states: { data: tokens, shape: [1, tokens.length / (latentChannels * 4), latentChannels * 4] },
      encoder_hidden_states: { data: prompt, shape: [1, textLength, prompt.length / textLength] },
      timestep: { data: Float32Array.of(timestep / 1000), shape: [1] },
      rope_cos: { data: rotary.cos, shape: angles },
      rope_sin: { data: rotary.sin, shape: angles },
    });
  }

  /** What may not change follows the picture as it would be at that noise level. */
  private restoreUnmasked(latents: Float32Array, { clean, noise, mask }: Inpainting, sigma: number): void {
    const kept = this.parts.scheduler.scaleNoise(clean, sigma, noise);
    const tokenWidth = latents.length / mask.length;
    for (let at = 0; at < latents.length; at += 1) {
      const share = mask[Math.floor(at / tokenWidth)]!;
      latents[at] = Math.fround(Math.fround(1 - share) * kept[at]!) + Math.fround(share * latents[at]!);
    }
    kept.fill(0);
  }

  private async decodeLatents(latents: Float32Array, { rows, columns }: EditPlan, reference: Latent | undefined, memory: EditMemory): Promise<DiffusionResult> {
    const { latentChannels, normalisation } = this.parts;
    const latent = unpackLatent(latents, { channels: latentChannels, height: rows * 2, width: columns * 2 }, normalisation);
    memory.hold(latent.data);
    const image = await this.decodeImage(latent, memory);
    return reference ? { image, roundTrip: await this.decodeImage(reference, memory) } : { image };
  }

  private async decodeImage({ channels, height, width, data }: Latent, memory: EditMemory): Promise<RgbImage> {
    const { vaeDecoder, vaeFactor } = this.parts;
    const sample = memory.hold(await vaeDecoder.run({ latent: { data, shape: [1, channels, height, width] } }));
    return toImage(sample, width * vaeFactor, height * vaeFactor);
  }
}

/** Away from what the negative prompt predicts, in place. */
const guide = (velocity: Float32Array, negative: Float32Array, guidance: number): void => {
  for (let at = 0; at < velocity.length; at += 1) velocity[at] = negative[at]! + Math.fround(guidance * Math.fround(velocity[at]! - negative[at]!));
};

const textPositions = (length: number): Position[] => Array.from({ length }, (_, word) => [0, 0, 0, word]);

const referencePositions = ({ height, width }: Latent, at: number): Position[] =>
  gridPositions(height / 2, width / 2, (row, column) => [timeStep * (at + 1), row, column, 0]);
