import { z } from 'zod';
import type { Bundle } from '../bundles/index.js';
import { autoencoderKLConfig } from '../graph/components/autoencoder-kl.js';
import { buildFlux2Transformer, flux2TransformerConfig } from '../graph/components/flux2-transformer.js';
import { buildQwen3TextEncoder, qwen3Config } from '../graph/components/qwen3-text-encoder.js';
import { readFloats } from '../graph/read-floats.js';
import { Weights } from '../graph/weights.js';
import { DiffusionError } from '../diffusion-error.js';
import { identity, type Normalisation } from '../latents/packing.js';
import { FlowMatchEulerDiscreteScheduler, flowMatchConfig } from '../schedulers/flow-match-euler-discrete.js';
import type { ModelSession } from '../sessions/model-session.js';
import type { SessionOptions } from '../sessions/session-options.js';
import { TextTokenizer } from '../tokenizers/text-tokenizer.js';
import type { Autoencoder } from './autoencoder.js';
import { readConfiguration } from './configuration.js';
import { OpenSessions } from './open-sessions.js';

/** A bundle of this family. */
export type KleinBundle = Bundle & { readonly manifest: Extract<Bundle['manifest'], { family: 'flux2-klein' }> };

/** Everything of the bundle that an edit uses, loaded. */
export interface Flux2KleinParts {
  readonly tokenizer: TextTokenizer;
  readonly textEncoder: ModelSession;
  readonly transformer: ModelSession;
  readonly vaeEncoder: ModelSession;
  readonly vaeDecoder: ModelSession;
  readonly autoencoder: Autoencoder;
  readonly scheduler: FlowMatchEulerDiscreteScheduler;
  readonly normalisation: Normalisation;
  readonly rotary: { readonly axes: readonly number[]; readonly theta: number };
  /** In tokens, padding included. */
  readonly textLength: number;
  /** Numbers per token of an encoded prompt. */
  readonly promptWidth: number;
  close(): Promise<void>;
}

const kleinVaeConfig = autoencoderKLConfig.and(z.object({ batch_norm_eps: z.number().positive(), patch_size: z.tuple([z.literal(2), z.literal(2)]) }));

/** Reads, builds and loads. What was loaded is released again when a later part fails. */
export const openFlux2KleinParts = async ({ folder, manifest }: KleinBundle, options: SessionOptions): Promise<Flux2KleinParts> => {
  const { components, scheduler } = manifest;
  const transformerConfig = await readConfiguration(folder, components.transformer.config, flux2TransformerConfig);
  const vaeConfig = await readConfiguration(folder, components.vae.config, kleinVaeConfig);
  const textConfig = await readConfiguration(folder, components.textEncoder.config, qwen3Config);
  const { captureHidden } = components.textEncoder;
  if (transformerConfig.in_channels !== vaeConfig.latent_channels * 4 || transformerConfig.joint_attention_dim !== textConfig.hidden_size * captureHidden.length) throw new DiffusionError('model.config');
  const compute = options.provider === 'cpu' ? 'float32' : 'float16';

  const sessions = new OpenSessions(folder, options);
  const parts = {
    tokenizer: await TextTokenizer.open(folder, components.tokenizer),
    normalisation: 'weights' in components.vae ? await readNormalisation(folder, await Weights.open(folder, components.vae.weights), vaeConfig.batch_norm_eps) : identity(transformerConfig.in_channels),
    scheduler: new FlowMatchEulerDiscreteScheduler(await readConfiguration(folder, scheduler, flowMatchConfig)),
    textEncoder: await sessions.open(components.textEncoder, (weights) => buildQwen3TextEncoder(textConfig, weights, compute, captureHidden)),
    transformer: await sessions.open(components.transformer, (weights) => buildFlux2Transformer(transformerConfig, weights, compute)),
    ...(await sessions.openAutoencoder(components.vae, vaeConfig)),
  };
  return {
    ...parts,
    rotary: { axes: transformerConfig.axes_dims_rope, theta: transformerConfig.rope_theta },
    textLength: components.tokenizer.maxLength,
    promptWidth: transformerConfig.joint_attention_dim,
    close: () => sessions.close(),
  };
};

/** Batch normalisation of the latents, as it is published with the autoencoder. */
const readNormalisation = async (folder: string, weights: Weights, epsilon: number): Promise<Normalisation> => {
  const variance = await readFloats(folder, weights.get('bn.running_var'));
  return { mean: await readFloats(folder, weights.get('bn.running_mean')), deviation: variance.map((value) => Math.sqrt(Math.fround(value + epsilon))) };
};
