import { fit, prepare } from '@flux-context/picture';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packLatent, unpackLatent } from '../latents/packing.js';
import { maskOfTokens } from '../latents/mask.js';
import { toSample } from '../latents/pixels.js';
import { rotaryTable } from '../latents/rotary.js';
import { expectClose, fixtureBundle, join, onceEach, parityCases, readExpected, shaped, toRgbImage } from '../parity.spec-parts.js';
import { empiricalMu } from '../schedulers/flow-match-euler-discrete.js';
import type { Feed } from '../sessions/ports.js';
import { kleinPositions, kleinTemplate } from './flux2-klein.js';
import { type Flux2KleinParts, type KleinBundle, openFlux2KleinParts } from './flux2-klein-parts.js';
import { kleinWithLength, walkKlein } from './walk.spec-parts.js';

let bundle: KleinBundle;
let parts: Flux2KleinParts;
beforeAll(async () => {
  bundle = kleinWithLength((await fixtureBundle('flux2-klein')) as KleinBundle);
  parts = await openFlux2KleinParts(bundle, { provider: 'cpu', threads: 1 });
});
afterAll(async () => {
  await parts.close();
});

describe.each(parityCases('flux2-klein'))('the numbers of the reference implementation, each step given what it was given: $name', (asked) => {
  const expected = readExpected(asked.name);
  const references = Array.from({ length: asked.references }, (_, at) => at);
  const [rows, columns] = [asked.output.height / 16, asked.output.width / 16];

  it('token ids', () => {
    for (const [side, prompt] of [['', asked.prompt], ['negative.', asked.negativePrompt]] as const) {
      if (prompt === null) continue;
      const { inputIds, attentionMask } = parts.tokenizer.encode(kleinTemplate.prefix + prompt + kleinTemplate.suffix);
      expect(inputIds).toEqual(expected.get(`${side}input_ids`).data);
      expect(attentionMask).toEqual(expected.get(`${side}attention_mask`).data);
    }
  });

  it('the hidden states of the text encoder', async () => {
    for (const side of asked.negativePrompt === null ? [''] : ['', 'negative.']) {
      const feed = (name: string): Feed => ({ data: expected.get(`${side}${name}`).data as BigInt64Array, shape: [1, asked.maxLength] });
      const embeds = await parts.textEncoder.run({ input_ids: feed('input_ids'), attention_mask: feed('attention_mask') }, expected.get(`${side}prompt_embeds`).shape);
      expectClose(embeds, expected.floats(`${side}prompt_embeds`), 2e-4, 1e-5);
    }
  });

  it('prepared pictures, byte for byte', () => {
    for (const at of references) {
      const source = toRgbImage(expected.get(`source.${at}`));
      const prepared = prepare(source, fit(source, bundle.manifest.image.fit));
      expect(Buffer.from(prepared.data).equals(Buffer.from(expected.get(`prepared.${at}`).data as Uint8Array))).toBe(true);
    }
  });

  it('encoded pictures, and the tokens that are made of them', async () => {
    const packed = await Promise.all(references.map(async (at) => {
      const picture = toRgbImage(expected.get(`prepared.${at}`));
      const reference = expected.get(`vae.mean.${at}`);
      const mean = await parts.vaeEncoder.run({ sample: { data: toSample(picture), shape: [1, 3, picture.height, picture.width] } }, reference.shape);
      expectClose(mean, expected.floats(`vae.mean.${at}`), 1e-4);
      const tokens = new Float32Array(mean.length);
      packLatent({ channels: parts.autoencoder.channels, height: reference.shape[2]!, width: reference.shape[3]!, data: reference.data as Float32Array }, parts.normalisation, tokens);
      return tokens;
    }));
    if (packed.length > 0) expectClose(join(...packed), expected.floats('latents.references'), 1e-4);
  });

  it('positions and their angles', () => {
    const grids = references.map((at) => expected.get(`vae.mean.${at}`).shape).map(([, , height, width]) => ({ rows: height! / 2, columns: width! / 2 }));
    const positions = kleinPositions(asked.maxLength, { rows, columns }, grids);
    expect(positions.flat()).toEqual([...(expected.get('txt_ids').data as BigInt64Array), ...(expected.get('img_ids').data as BigInt64Array)].map(Number));
    const table = rotaryTable(positions, parts.rotary.axes, parts.rotary.theta);
    expectClose(table.cos, onceEach(expected.get('rope.cos')), 1e-6);
    expectClose(table.sin, onceEach(expected.get('rope.sin')), 1e-6);
  });

  it('the schedule', () => {
    const mu = empiricalMu(rows * columns, asked.steps);
    expect(mu).toBeCloseTo(Number(expected.get('mu').data[0]), 12);
    const { sigmas, timesteps } = parts.scheduler.schedule(asked.steps, mu);
    const walked = asked.steps - expected.get('timesteps').data.length;
    for (const [found, name] of [[sigmas, 'sigmas'], [timesteps.slice(walked), 'timesteps']] as const) {
      const reference = expected.floats(name);
      expect(found.length).toBe(reference.length);
      found.forEach((value, at) => expect(Math.abs(value - reference[at]!)).toBeLessThanOrEqual(1e-6 * reference[at]!));
    }
  });

  it('the mask over the tokens', () => {
    if (!expected.has('mask')) return;
    const { shape, data } = expected.get('mask');
    expect(maskOfTokens({ height: shape[0]!, width: shape[1]!, data: data as Uint8Array }, 16)).toEqual(expected.get('mask.latents').data);
  });

  it('the velocity of every step', async () => {
    const angles = { rope_cos: onceEach(expected.get('rope.cos')), rope_sin: onceEach(expected.get('rope.sin')) };
    const shape = [expected.get('rope.cos').shape[0]!, parts.rotary.axes.reduce((sum, size) => sum + size / 2, 0)];
    const rotary = { rope_cos: { data: angles.rope_cos, shape }, rope_sin: { data: angles.rope_sin, shape } };
    for (let step = 0; expected.has(`step.${step}.velocity`); step += 1) {
      const latents = expected.floats(step === 0 ? 'latents.initial' : `step.${step - 1}.latents`);
      const tokens = references.length > 0 ? join(latents, expected.floats('latents.references')) : latents;
      for (const [side, velocity] of asked.guidance === null ? [['', 'velocity'] as const] : [['', 'velocity'] as const, ['negative.', 'negative_velocity'] as const]) {
        const shape = [1, tokens.length / 128, 128];
        const feeds = { hidden_states: { data: tokens, shape }, encoder_hidden_states: shaped(expected.get(`${side}prompt_embeds`)), timestep: shaped(expected.get(`step.${step}.timestep`)) };
        const predicted = await parts.transformer.run({ ...feeds, ...rotary }, shape);
        expectClose(predicted.subarray(0, latents.length), expected.floats(`step.${step}.${velocity}`), 2e-4, 1e-5);
      }
    }
  });

  it('the decoded picture', async () => {
    const last = Math.max(...Array.from({ length: asked.steps }, (_, at) => (expected.has(`step.${at}.latents`) ? at : 0)));
    const latent = expected.get('decoded.latents');
    const [, channels, height, width] = latent.shape as [number, number, number, number];
    expectClose(unpackLatent(expected.floats(`step.${last}.latents`), { channels, height, width }, parts.normalisation).data, latent.data as Float32Array, 1e-4);
    expectClose(await parts.vaeDecoder.run({ latent: shaped(latent) }, expected.get('decoded.image').shape), expected.floats('decoded.image'), 2e-3);
  });
});

describe.each(parityCases('flux2-klein'))('an edit of its own from the same noise: $name', (asked) => {
  it('comes to the same picture by the same latents', () => walkKlein(bundle, parts, asked));
});
