import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { difference, fixtureBundle, join, onceEach, parityCases, readExpected, shaped, weightsOf } from '../../parity.spec-parts.js';
import { readConfiguration } from '../../pipelines/configuration.js';
import type { KontextBundle } from '../../pipelines/flux-kontext-parts.js';
import { ModelSession } from '../../sessions/model-session.js';
import type { Feed } from '../../sessions/ports.js';
import { Weights } from '../weights.js';
import { buildClipTextEncoder, clipTextConfig } from './clip-text-encoder.js';
import { buildFluxTransformer, fluxTransformerConfig } from './flux-transformer.js';
import { buildT5Encoder, t5Config } from './t5-encoder.js';

/** As in `half-precision.spec.ts`: whole graphs and the cost of rounding, not what a device makes of them. */
const expected = readExpected(parityCases('flux-kontext')[0]!.name);
const ids = (name: string): Record<string, Feed> => ({ input_ids: { data: expected.get(name).data as BigInt64Array, shape: [1, expected.get(name).data.length] } });
const sessions: ModelSession[] = [];

let bundle: KontextBundle;
beforeAll(async () => {
  bundle = (await fixtureBundle('flux-kontext')) as KontextBundle;
});
afterAll(async () => {
  for (const session of sessions) await session.close();
});

const open = async (model: Buffer): Promise<ModelSession> => {
  const session = await ModelSession.open(model, bundle.folder, { provider: 'cpu', threads: 1 });
  sessions.push(session);
  return session;
};
const openWeights = async (part: 'textEncoder' | 'textEncoder2' | 'transformer'): Promise<Weights> => Weights.open(bundle.folder, weightsOf(bundle.manifest.components[part]));

describe('in half precision', () => {
  it('T5 stays close to the reference', async () => {
    const config = await readConfiguration(bundle.folder, bundle.manifest.components.textEncoder2.config, t5Config);
    const session = await open(buildT5Encoder(config, await openWeights('textEncoder2'), 'float16'));
    const { shape, data } = expected.get('prompt_embeds');
    expect(difference(await session.run(ids('t5.input_ids'), shape), data as Float32Array).relative).toBeLessThanOrEqual(5e-3);
  });

  it('CLIP stays close to the reference', async () => {
    const config = await readConfiguration(bundle.folder, bundle.manifest.components.textEncoder.config, clipTextConfig);
    const session = await open(buildClipTextEncoder(config, await openWeights('textEncoder'), 'float16'));
    const { shape, data } = expected.get('pooled_prompt_embeds');
    expect(difference(await session.run(ids('clip.input_ids'), shape), data as Float32Array).relative).toBeLessThanOrEqual(5e-3);
  });

  it('the transformer stays close to the reference', async () => {
    const config = await readConfiguration(bundle.folder, bundle.manifest.components.transformer.config, fluxTransformerConfig);
    const session = await open(buildFluxTransformer(config, await openWeights('transformer'), 'float16'));
    const [latents, angles] = [expected.floats('latents.initial'), expected.get('rope.cos').shape];
    const tokens = join(latents, expected.floats('latents.references'));
    const shape = [1, tokens.length / 64, 64];
    const once = (name: string): Feed => ({ data: onceEach(expected.get(name)), shape: [angles[0]!, angles[1]! / 2] });
    const velocity = await session.run({
      hidden_states: { data: tokens, shape },
      encoder_hidden_states: shaped(expected.get('prompt_embeds')),
      pooled_projections: shaped(expected.get('pooled_prompt_embeds')),
      timestep: shaped(expected.get('step.0.timestep')),
      guidance: shaped(expected.get('guidance')),
      rope_cos: once('rope.cos'),
      rope_sin: once('rope.sin'),
    }, shape);
    expect(difference(velocity.subarray(0, latents.length), expected.floats('step.0.velocity')).relative).toBeLessThanOrEqual(5e-3);
  });
});
