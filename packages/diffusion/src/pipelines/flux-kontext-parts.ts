import { z } from 'zod';
import type { Bundle } from '../bundles/index.js';
import { DiffusionError } from '../diffusion-error.js';
import { autoencoderKLConfig } from '../graph/components/autoencoder-kl.js';
import { buildClipTextEncoder, clipTextConfig } from '../graph/components/clip-text-encoder.js';
import { buildFluxTransformer, fluxTransformerConfig } from '../graph/components/flux-transformer.js';
import { buildT5Encoder, t5Config } from '../graph/components/t5-encoder.js';
import type { Normalisation } from '../latents/packing.js';
import { FlowMatchEulerDiscreteScheduler, flowMatchConfig, linearMu } from '../schedulers/flow-match-euler-discrete.js';
import type { ModelSession } from '../sessions/model-session.js';
import type { SessionOptions } from '../sessions/session-options.js';
import { TextTokenizer } from '../tokenizers/text-tokenizer.js';
import type { Autoencoder } from './autoencoder.js';
import { readConfiguration } from './configuration.js';
import { OpenSessions } from './open-sessions.js';

/** A bundle of this family. */
export type KontextBundle = Bundle & { readonly manifest: Extract<Bundle['manifest'], { family: 'flux-kontext' }> };

/** Everything of the bundle that an edit uses, loaded. */
export interface FluxKontextParts {
  readonly clipTokenizer: TextTokenizer;
  readonly t5Tokenizer: TextTokenizer;
  readonly clip: ModelSession;
  readonly t5: ModelSession;
  readonly transformer: ModelSession;
  readonly vaeEncoder: ModelSession;
  readonly vaeDecoder: ModelSession;
  readonly autoencoder: Autoencoder;
  readonly scheduler: FlowMatchEulerDiscreteScheduler;
  /** How much longer to stay noisy for that many tokens. */
  readonly mu: (tokens: number) => number;
  readonly normalisation: Normalisation;
  readonly axes: readonly number[];
  /** Of T5, in tokens, padding included. */
  readonly textLength: number;
  /** Numbers per token that T5 gives, and per prompt that CLIP gives. */
  readonly textWidth: number;
  readonly pooledWidth: number;
  close(): Promise<void>;
}

const fluxVaeConfig = autoencoderKLConfig.and(z.object({ scaling_factor: z.number().positive(), shift_factor: z.number() }));

/** Reads, builds and loads. What was loaded is released again when a later part fails. */
export const openFluxKontextParts = async ({ folder, manifest }: KontextBundle, options: SessionOptions): Promise<FluxKontextParts> => {
  const { components } = manifest;
  const transformer = await readConfiguration(folder, components.transformer.config, fluxTransformerConfig);
  const vae = await readConfiguration(folder, components.vae.config, fluxVaeConfig);
  const clip = await readConfiguration(folder, components.textEncoder.config, clipTextConfig);
  const t5 = await readConfiguration(folder, components.textEncoder2.config, t5Config);
  const schedule = await readConfiguration(folder, manifest.scheduler, flowMatchConfig);
  const fits = transformer.in_channels === vae.latent_channels * 4 && transformer.pooled_projection_dim === clip.hidden_size && transformer.joint_attention_dim === t5.d_model;
  if (!fits || components.tokenizer.maxLength > clip.max_position_embeddings) throw new DiffusionError('model.config');

  const sessions = new OpenSessions(folder, options);
  const compute = options.provider === 'cpu' ? 'float32' : 'float16';
  return {
    ...(await sessions.openAutoencoder(components.vae, vae)),
    clipTokenizer: await TextTokenizer.open(folder, components.tokenizer),
    t5Tokenizer: await TextTokenizer.open(folder, components.tokenizer2),
    clip: await sessions.open(components.textEncoder, (weights) => buildClipTextEncoder(clip, weights, compute)),
    t5: await sessions.open(components.textEncoder2, (weights) => buildT5Encoder(t5, weights, compute)),
    transformer: await sessions.open(components.transformer, (weights) => buildFluxTransformer(transformer, weights, compute)),
    scheduler: new FlowMatchEulerDiscreteScheduler(schedule),
    mu: (tokens) => linearMu(tokens, schedule),
    normalisation: { mean: new Float32Array(transformer.in_channels).fill(vae.shift_factor), deviation: new Float32Array(transformer.in_channels).fill(1 / vae.scaling_factor) },
    axes: transformer.axes_dims_rope,
    textLength: components.tokenizer2.maxLength,
    textWidth: t5.d_model,
    pooledWidth: clip.hidden_size,
    close: () => sessions.close(),
  };
};
