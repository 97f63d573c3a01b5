import type { Mask } from '@flux-context/picture';
import { type Latent, packLatent, packPlaces, tokenGrid } from '../latents/packing.js';
import { maskOfTokens } from '../latents/mask.js';
import { gaussianNoise } from '../latents/noise.js';
import { type Grid, gridPositions, type Position, type RotaryTable, rotaryTable } from '../latents/rotary.js';
import { empiricalMu, type Schedule } from '../schedulers/flow-match-euler-discrete.js';
import { beginStep, EditMemory } from './edit-memory.js';
import { type Flux2KleinParts, openFlux2KleinParts, type KleinBundle } from './flux2-klein-parts.js';
import { type EditPlan, planEdit } from './edit-plan.js';
import { guide } from './guidance.js';
import { Inpainting } from './inpainting.js';
import type { DiffusionRequest, DiffusionResult, Observer, Pipeline, PipelineOptions } from './pipeline.js';

/** The turn of a person, and the beginning of an answer without thinking: Qwen3's chat template as the reference fills it in. */
export const kleinTemplate = { prefix: '<|im_start|>user\n', suffix: '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n' };

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
      const references: Latent[] = [];
      for (const reference of request.references) references.push(await this.parts.autoencoder.encode(reference, memory));
      const schedule = this.parts.scheduler.schedule(plan.steps, empiricalMu(plan.rows * plan.columns, plan.steps));
      const conditioning = { ...this.prepareLatents(plan, request.seed, references, memory), prompt, negative };
      const inpainting = request.mask && this.prepareMask(request.mask, conditioning, plan, memory);
      inpainting?.begin(conditioning.latents, schedule.sigmas[plan.firstStep]!);

      await this.denoise(conditioning, schedule, plan, { inpainting, observer, memory });
      await beginStep(observer, 'decodeLatents');
      const { autoencoder, normalisation } = this.parts;
      return await autoencoder.decodeResult(conditioning.latents, plan, normalisation, { reference: observer.roundTrip ? references[0] : undefined, memory });
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
  private prepareLatents(plan: EditPlan, seed: number, references: readonly Latent[], memory: EditMemory): Pick<Conditioning, 'tokens' | 'latents' | 'rotary'> {
    const { autoencoder, normalisation, rotary, textLength } = this.parts;
    const tokenWidth = autoencoder.channels * 4;
    const outputSize = plan.rows * plan.columns * tokenWidth;
    const tokens = memory.hold(new Float32Array(outputSize + references.reduce((sum, { data }) => sum + data.length, 0)));
    const latents = tokens.subarray(0, outputSize);
    packPlaces(memory.hold(this.drawNoise(seed, outputSize)), tokenWidth, latents);
    let offset = outputSize;
    for (const reference of references) packLatent(reference, normalisation, tokens.subarray(offset, (offset += reference.data.length)));
    const positions = kleinPositions(textLength, plan, references.map(tokenGrid));
    return { tokens, latents, rotary: rotaryTable(positions, rotary.axes, rotary.theta) };
  }

  /** The first reference is the picture that the mask is of; it has the size of the result. */
  private prepareMask(mask: Mask, { tokens, latents }: Conditioning, { patch }: EditPlan, memory: EditMemory): Inpainting {
    const clean = tokens.subarray(latents.length, latents.length * 2);
    return new Inpainting(this.parts.scheduler, clean, memory.hold(latents.slice()), memory.hold(maskOfTokens(mask, patch)));
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
      if (negative) {
        const away = memory.hold(await this.predictVelocity(conditioning, negative, timesteps[at]!));
        guide(velocity, away, guidance);
        memory.discard(away);
      }
      this.parts.scheduler.step(latents, velocity.subarray(0, latents.length), sigmas[at]!, sigmas[at + 1]!);
      memory.discard(velocity);
      inpainting?.restore(latents, sigmas[at + 1]!);
    }
  }

  private async predictVelocity({ tokens, rotary }: Conditioning, prompt: Float32Array, timestep: number): Promise<Float32Array> {
    const { transformer, autoencoder, textLength, promptWidth } = this.parts;
    const tokenWidth = autoencoder.channels * 4;
    const shape = [1, tokens.length / tokenWidth, tokenWidth];
    const angles = [rotary.tokens, rotary.angles];
    const feeds = {
      hidden_states: { data: tokens, shape },
      encoder_hidden_states: { data: prompt, shape: [1, textLength, promptWidth] },
      timestep: { data: Float32Array.of(timestep / 1000), shape: [1] },
      rope_cos: { data: rotary.cos, shape: angles },
      rope_sin: { data: rotary.sin, shape: angles },
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
