import { fluxRopeTheta } from '../graph/components/flux-transformer.js';
import { gaussianNoise } from '../latents/noise.js';
import { identity, type Latent, packLatent, tokenGrid } from '../latents/packing.js';
import { type Grid, gridPositions, type Position } from '../latents/rotary.js';
import type { Feed } from '../sessions/ports.js';
import type { Tokens } from '../tokenizers/text-tokenizer.js';
import { denoise } from './denoise.js';
import { beginStep, EditMemory } from './edit-memory.js';
import { type EditPlan, planEdit } from './edit-plan.js';
import { type FluxKontextParts, openFluxKontextParts, type KontextBundle } from './flux-kontext-parts.js';
import type { DiffusionRequest, DiffusionResult, Observer, Pipeline, PipelineOptions } from './pipeline.js';
import { placeFeeds } from './place-feeds.js';
import { type TokenSequence, tokenSequence } from './token-sequence.js';

/** What the transformer is told of the words: T5's state of each token, and CLIP's of all of them. */
interface Prompt {
  readonly embeds: Float32Array;
  readonly pooled: Float32Array;
}

/** What stays the same from step to step. */
interface Conditioning extends TokenSequence {
  readonly places: Readonly<Record<string, Feed>>;
  /** How closely to follow the words, where the transformer is told. */
  readonly guidance: number;
}

/**
 * FLUX.1 Kontext: one picture and words. The steps are those of diffusers' FluxKontextPipeline, but that the result is as large as
 * the picture; the reference implementation may make it another size, which shifts and stretches what was not edited.
 */
export class FluxKontextPipeline implements Pipeline {
  constructor(
    readonly bundle: KontextBundle,
    private readonly parts: FluxKontextParts,
    private readonly drawNoise = gaussianNoise,
  ) {}

  static async open(bundle: KontextBundle, options: PipelineOptions): Promise<FluxKontextPipeline> {
    return new FluxKontextPipeline(bundle, await openFluxKontextParts(bundle, options), options.noise);
  }

  async edit(request: DiffusionRequest, observer: Observer = {}): Promise<DiffusionResult> {
    const memory = new EditMemory();
    try {
      const plan = planEdit(request, this.bundle.manifest);
      const { negativePrompt, trueGuidance = 1 } = request;
      await beginStep(observer, 'encodePrompt');
      const prompt = await this.encodePrompt(request.prompt, memory);
      const negative = negativePrompt !== undefined && trueGuidance > 1 ? await this.encodePrompt(negativePrompt, memory) : undefined;

      await beginStep(observer, 'prepareLatents');
      const { autoencoder, mu, normalisation, scheduler } = this.parts;
      const references = await autoencoder.encodeAll(request.references, memory);
      const schedule = scheduler.schedule(plan.steps, mu(plan.rows * plan.columns));
      const conditioning = this.prepareLatents(plan, request.seed, references, memory);

      const guided = { prompt, negative, guidance: trueGuidance, predictVelocity: (words: Prompt, timestep: number) => this.predictVelocity(conditioning, words, timestep) };
      await denoise(conditioning.latents, guided, { scheduler, schedule, firstStep: plan.firstStep, observer, memory });
      await beginStep(observer, 'decodeLatents');
      return await autoencoder.decodeResult(conditioning.latents, plan, normalisation, { reference: observer.roundTrip ? references[0] : undefined, memory });
    } finally {
      memory.overwrite();
    }
  }

  async close(): Promise<void> {
    await this.parts.close();
  }

  /** Control tokens in the words are taken out. CLIP sees the beginning of what T5 sees whole. */
  private async encodePrompt(words: string, memory: EditMemory): Promise<Prompt> {
    const { clip, clipTokenizer, pooledWidth, t5, t5Tokenizer, textLength, textWidth } = this.parts;
    const shaped = ({ inputIds }: Tokens) => {
      const shape = [1, inputIds.length];
      // The reference masks nothing; exported encoders may ask all the same.
      return { input_ids: { data: memory.hold(inputIds), shape }, attention_mask: { data: memory.hold(new BigInt64Array(inputIds.length).fill(1n)), shape } };
    };
    const embeds = memory.hold(await t5.run(shaped(t5Tokenizer.encode(t5Tokenizer.withoutMarkers(words))), [1, textLength, textWidth]));
    const pooled = memory.hold(await clip.run(shaped(clipTokenizer.encodeBeginning(clipTokenizer.withoutMarkers(words))), [1, pooledWidth]));
    return { embeds, pooled };
  }

  private prepareLatents(plan: EditPlan, seed: number, references: readonly Latent[], memory: EditMemory): Conditioning {
    const { autoencoder, normalisation, axes, textLength } = this.parts;
    const size = { channels: autoencoder.channels, height: plan.rows * 2, width: plan.columns * 2 };
    const outputSize = size.channels * size.height * size.width;
    const sequence = tokenSequence(outputSize, references, normalisation, memory);
    // Noise is drawn as normalised latents are.
    packLatent({ ...size, data: memory.hold(this.drawNoise(seed, outputSize)) }, identity(size.channels * 4), sequence.latents);
    const positions = kontextPositions(textLength, plan, references.map(tokenGrid));
    return { ...sequence, places: placeFeeds(positions, textLength, { axes, theta: fluxRopeTheta }), guidance: plan.guidance };
  }

  private async predictVelocity({ tokens, places, guidance }: Conditioning, { embeds, pooled }: Prompt, timestep: number): Promise<Float32Array> {
    const { transformer, autoencoder, textLength, textWidth } = this.parts;
    const tokenWidth = autoencoder.channels * 4;
    const shape = [1, tokens.length / tokenWidth, tokenWidth];
    const feeds = {
      hidden_states: { data: tokens, shape },
      encoder_hidden_states: { data: embeds, shape: [1, textLength, textWidth] },
      pooled_projections: { data: pooled, shape: [1, pooled.length] },
      timestep: { data: Float32Array.of(timestep / 1000), shape: [1] },
      guidance: { data: Float32Array.of(guidance), shape: [1] },
      ...places,
    };
    return transformer.run(feeds, shape);
  }
}

/** Kind, row and column of every token: the text first, then what is made, then the reference, which is of another kind. */
export const kontextPositions = (textLength: number, output: Grid, references: readonly Grid[]): Position[] => [
  ...Array.from({ length: textLength }, (): Position => [0, 0, 0]),
  ...gridPositions(output, (row, column) => [0, row, column]),
  ...references.flatMap((grid) => gridPositions(grid, (row, column) => [1, row, column])),
];
