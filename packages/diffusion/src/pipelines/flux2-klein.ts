import type { Mask } from '@flux-context/picture';
import { type Latent, packPlaces, tokenGrid } from '../latents/packing.js';
import { maskOfTokens } from '../latents/mask.js';
import { gaussianNoise } from '../latents/noise.js';
import { type Grid, gridPositions, type Position } from '../latents/rotary.js';
import { empiricalMu } from '../schedulers/flow-match-euler-discrete.js';
import type { Feed } from '../sessions/ports.js';
import { denoise } from './denoise.js';
import { beginStep, EditMemory } from './edit-memory.js';
import { type Flux2KleinParts, openFlux2KleinParts, type KleinBundle } from './flux2-klein-parts.js';
import { type EditPlan, planEdit } from './edit-plan.js';
import { Inpainting } from './inpainting.js';
import type { DiffusionRequest, DiffusionResult, Observer, Pipeline, PipelineOptions } from './pipeline.js';
import { placeFeeds } from './place-feeds.js';
import { type TokenSequence, tokenSequence } from './token-sequence.js';

/** The turn of a person, and the beginning of an answer without thinking: Qwen3's chat template as the reference fills it in. */
export const kleinTemplate = { prefix: '<|im_start|>user\n', suffix: '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n' };

/** Reference pictures lie at times 10, 20 and so on; what is made lies at 0. */
const timeStep = 10;

/** What stays the same from step to step. */
interface Conditioning extends TokenSequence {
  readonly places: Readonly<Record<string, Feed>>;
}

/**
 * FLUX.2 klein, distilled or base: from words alone, from one or several pictures, and within a mask. The steps are those of
 * diffusers' Flux2KleinPipeline and Flux2KleinInpaintPipeline.
 */
export class Flux2KleinPipeline implements Pipeline {
  constructor(
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
      const { autoencoder, normalisation, scheduler } = this.parts;
      const references = await autoencoder.encodeAll(request.references, memory);
      const schedule = scheduler.schedule(plan.steps, empiricalMu(plan.rows * plan.columns, plan.steps));
      const conditioning = this.prepareLatents(plan, request.seed, references, memory);
      const inpainting = request.mask && this.prepareMask(request.mask, conditioning, plan, memory);
      inpainting?.begin(conditioning.latents, schedule.sigmas[plan.firstStep]!);

      const guided = { prompt, negative, guidance: plan.guidance, predictVelocity: (words: Float32Array, timestep: number) => this.predictVelocity(conditioning, words, timestep) };
      const { latents } = conditioning;
      await denoise(latents, guided, { scheduler, schedule, firstStep: plan.firstStep, observer, memory }, (sigma) => inpainting?.restore(latents, sigma));
      await beginStep(observer, 'decodeLatents');
      return await autoencoder.decodeResult(latents, plan, normalisation, { reference: observer.roundTrip ? references[0] : undefined, memory });
    } finally {
      memory.overwrite();
    }
  }

  async close(): Promise<void> {
    await this.parts.close();
  }

  /** [1, text tokens, joint]. Control tokens in the words are taken out. */
  private async encodePrompt(prompt: string, memory: EditMemory): Promise<Float32Array> {
    const { tokenizer, textEncoder, promptWidth } = this.parts;
    const { inputIds, attentionMask } = tokenizer.encode(kleinTemplate.prefix + tokenizer.withoutMarkers(prompt) + kleinTemplate.suffix);
    const shape = [1, inputIds.length];
    return textEncoder.run({ input_ids: { data: memory.hold(inputIds), shape }, attention_mask: { data: memory.hold(attentionMask), shape } }, [...shape, promptWidth]);
  }

  /** Noise, then the references, in one sequence with its positions. */
  private prepareLatents(plan: EditPlan, seed: number, references: readonly Latent[], memory: EditMemory): Conditioning {
    const { autoencoder, normalisation, rotary, textLength } = this.parts;
    const tokenWidth = autoencoder.channels * 4;
    const outputSize = plan.rows * plan.columns * tokenWidth;
    const sequence = tokenSequence(outputSize, references, normalisation, memory);
    packPlaces(memory.hold(this.drawNoise(seed, outputSize)), tokenWidth, sequence.latents);
    const positions = kleinPositions(textLength, plan, references.map(tokenGrid));
    return { ...sequence, places: placeFeeds(positions, textLength, rotary) };
  }

  /** The first reference is the picture that the mask is of; it has the size of the result. */
  private prepareMask(mask: Mask, { tokens, latents }: Conditioning, { patch }: EditPlan, memory: EditMemory): Inpainting {
    const clean = tokens.subarray(latents.length, latents.length * 2);
    return new Inpainting(this.parts.scheduler, clean, memory.hold(latents.slice()), memory.hold(maskOfTokens(mask, patch)));
  }

  private async predictVelocity({ tokens, places }: Conditioning, prompt: Float32Array, timestep: number): Promise<Float32Array> {
    const { transformer, autoencoder, textLength, promptWidth } = this.parts;
    const tokenWidth = autoencoder.channels * 4;
    const shape = [1, tokens.length / tokenWidth, tokenWidth];
    const feeds = {
      hidden_states: { data: tokens, shape },
      encoder_hidden_states: { data: prompt, shape: [1, textLength, promptWidth] },
      timestep: { data: Float32Array.of(timestep / 1000), shape: [1] },
      ...places,
    };
    return transformer.run(feeds, shape);
  }
}

/** Time, row, column and word of every token: the text first, then what is made, then the references. */
export const kleinPositions = (textLength: number, output: Grid, references: readonly Grid[]): Position[] => [
  ...Array.from({ length: textLength }, (_, word): Position => [0, 0, 0, word]),
  ...gridPositions(output, (row, column) => [0, row, column, 0]),
  ...references.flatMap((grid, at) => gridPositions(grid, (row, column) => [timeStep * (at + 1), row, column, 0])),
];
