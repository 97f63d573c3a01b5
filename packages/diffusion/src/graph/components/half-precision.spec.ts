import { describe, expect, it } from '@jest/globals';
import { fixtureBundle, parityCases, readExpected, weightsOf } from '../../parity.spec-parts.js';
import { readConfiguration } from '../../pipelines/configuration.js';
import { type KleinBundle } from '../../pipelines/flux2-klein-parts.js';
import { ModelSession } from '../../sessions/model-session.js';
import type { ElementType } from '../onnx.js';
import { Weights } from '../weights.js';
import { buildFlux2Transformer, flux2TransformerConfig } from './flux2-transformer.js';
import { buildQwen3TextEncoder, qwen3Config } from './qwen3-text-encoder.js';

/**
 * Graphs that compute in half precision, as graphics processors run them. The CPU has no kernels for most of it and computes in
 * between in float32, so this shows that the graphs are whole and what rounding each result costs, not what a device makes of it.
 */
const apart = (found: Float32Array, expected: Float32Array): { relative: number; cosine: number } => {
  let [squares, product, ofFound, ofExpected] = [0, 0, 0, 0];
  for (let at = 0; at < expected.length; at += 1) {
    squares += (found[at]! - expected[at]!) ** 2;
    product += found[at]! * expected[at]!;
    ofFound += found[at]! ** 2;
    ofExpected += expected[at]! ** 2;
  }
  return { relative: Math.sqrt(squares / ofExpected), cosine: product / Math.sqrt(ofFound * ofExpected) };
};

const compute: ElementType = 'float16';
const [asked] = parityCases('flux2-klein');
const expected = readExpected(asked!.name);

describe('in half precision', () => {
  it('the text encoder stays close to the reference', async () => {
    const { folder, manifest } = (await fixtureBundle('flux2-klein')) as KleinBundle;
    const { config, captureHidden } = manifest.components.textEncoder;
    const model = buildQwen3TextEncoder(await readConfiguration(folder, config, qwen3Config), await Weights.open(folder, weightsOf(manifest.components.textEncoder)), compute, captureHidden);
    const session = await ModelSession.open(model, folder, { provider: 'cpu', threads: 1 });
    const feed = (name: string) => ({ data: expected.get(name).data as BigInt64Array, shape: [1, asked!.maxLength] });
    const { shape, data } = expected.get('prompt_embeds');
    const found = apart(await session.run({ input_ids: feed('input_ids'), attention_mask: feed('attention_mask') }, shape), data as Float32Array);
    await session.close();
    expect(found.relative).toBeLessThanOrEqual(5e-3);
    expect(found.cosine).toBeGreaterThanOrEqual(0.9999);
  });

  it('the transformer stays close to the reference', async () => {
    const { folder, manifest } = (await fixtureBundle('flux2-klein')) as KleinBundle;
    const { config } = manifest.components.transformer;
    const model = buildFlux2Transformer(await readConfiguration(folder, config, flux2TransformerConfig), await Weights.open(folder, weightsOf(manifest.components.transformer)), compute);
    const session = await ModelSession.open(model, folder, { provider: 'cpu', threads: 1 });
    const [latents, references, cos] = [expected.floats('latents.initial'), expected.floats('latents.references'), expected.get('rope.cos')];
    const tokens = Float32Array.of(...latents, ...references);
    const once = (name: string) => ({ data: expected.floats(name).filter((_, at) => at % 2 === 0), shape: [cos.shape[0]!, cos.shape[1]! / 2] });
    const given = (name: string) => ({ data: expected.floats(name), shape: expected.get(name).shape });
    const shape = [1, tokens.length / 128, 128];
    const feeds = { hidden_states: { data: tokens, shape }, encoder_hidden_states: given('prompt_embeds'), timestep: given('step.0.timestep'), rope_cos: once('rope.cos'), rope_sin: once('rope.sin') };
    const velocity = await session.run(feeds, shape);
    await session.close();
    const found = apart(velocity.subarray(0, latents.length), expected.floats('step.0.velocity'));
    expect(found.relative).toBeLessThanOrEqual(5e-3);
    expect(found.cosine).toBeGreaterThanOrEqual(0.9999);
  });
});
