import { fit, prepare, type RgbImage } from '@flux-context/picture';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { packLatent, unpackLatent } from '../latents/packing.js';
import { maskOfTokens } from '../latents/mask.js';
import { toSample } from '../latents/pixels.js';
import { rotaryTable } from '../latents/rotary.js';
import { difference, expectClose, fixtureBundle, join, onceEach, parityCases, readExpected, shaped, toRgbImage } from '../parity.spec-parts.js';
import { empiricalMu } from '../schedulers/flow-match-euler-discrete.js';
import type { Feed } from '../sessions/model-session.js';
import { Flux2KleinPipeline, kleinPositions, kleinTemplate } from './flux2-klein.js';
import { type Flux2KleinParts, type KleinBundle, openFlux2KleinParts } from './flux2-klein-parts.js';

let bundle: KleinBundle;
let parts: Flux2KleinParts;
beforeAll(async () => {
  const described = (await fixtureBundle('flux2-klein')) as KleinBundle;
  const { components } = described.manifest;
  const { maxLength } = parityCases('flux2-klein')[0]!;
  bundle = { ...described, manifest: { ...described.manifest, components: { ...components, tokenizer: { ...components.tokenizer, maxLength } } } };
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
  it('comes to the same picture by the same latents', async () => {
    const expected = readExpected(asked.name);
    const { manifest } = bundle;
    const guided: KleinBundle = asked.guidance === null ? bundle : { ...bundle, manifest: { ...manifest, guidance: { mode: 'cfg', default: asked.guidance } } };
    const noise = expected.get('noise');
    const [, places, channels] = noise.shape as [number, number, number];
    const pipeline = new Flux2KleinPipeline(guided, parts, () => Float32Array.from({ length: noise.data.length }, (_, at) => Number(noise.data[(at % places) * channels + Math.floor(at / places)])));
    const walked: Float32Array[] = [];
    const run = parts.transformer.run.bind(parts.transformer);
    const watched = jest.spyOn(parts.transformer, 'run').mockImplementation(async (feeds, shape) => {
      walked.push((feeds['hidden_states']!.data as Float32Array).slice(0, noise.data.length));
      return run(feeds, shape);
    });
    const mask = expected.has('mask') ? { width: asked.output.width, height: asked.output.height, data: expected.get('mask').data as Uint8Array } : undefined;
    const { image } = await pipeline.edit({
      prompt: asked.prompt,
      references: Array.from({ length: asked.references }, (_, at): RgbImage => toRgbImage(expected.get(`prepared.${at}`))),
      ...asked.output,
      steps: asked.steps,
      seed: 0,
      ...(mask ? { mask, strength: asked.strength! } : {}),
    });
    watched.mockRestore();

    const forwards = asked.guidance === null ? 1 : 2;
    walked.filter((_, at) => at % forwards === 0).forEach((latents, at) => expectClose(latents, expected.floats(at === 0 ? 'latents.initial' : `step.${at - 1}.latents`), 1e-3));
    const reference = toRgbImage(expected.get('image'));
    expect([image.width, image.height]).toEqual([reference.width, reference.height]);
    expect(difference(image.data, reference.data).max).toBeLessThanOrEqual(1);
    const equal = image.data.filter((value, at) => value === reference.data[at]).length;
    expect(equal / image.data.length).toBeGreaterThanOrEqual(0.999);
  });
});
