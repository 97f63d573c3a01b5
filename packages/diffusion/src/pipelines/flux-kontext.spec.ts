import { resizeLanczos } from '@flux-context/picture';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fluxRopeTheta } from '../graph/components/flux-transformer.js';
import { packLatent, unpackLatent } from '../latents/packing.js';
import { toSample } from '../latents/pixels.js';
import { rotaryTable } from '../latents/rotary.js';
import { type Expected, expectClose, fixtureBundle, isFresh, join, onceEach, parityCases, readExpected, shaped, toRgbImage } from '../parity.spec-parts.js';
import { FluxKontextPipeline, kontextPositions } from './flux-kontext.js';
import type { DiffusionRequest } from './pipeline.js';
import { ModelSession } from '../sessions/model-session.js';
import { type FluxKontextParts, type KontextBundle, openFluxKontextParts } from './flux-kontext-parts.js';
import { kontextWithLength, walkKontext } from './walk.spec-parts.js';

const cases = parityCases('flux-kontext');
let bundle: KontextBundle;
let parts: FluxKontextParts;
beforeAll(async () => {
  bundle = kontextWithLength((await fixtureBundle('flux-kontext')) as KontextBundle);
  parts = await openFluxKontextParts(bundle, { provider: 'cpu', threads: 1 });
});
afterAll(async () => {
  await parts.close();
});

/**
 * The reference's exponential is one unit in the last place off at two of the 128 frequencies by which it tells the guidance, 2500 and
 * more. With some weights that alone comes to 9e-6, so weights that nobody has seen get twice the room.
 */
const velocityRelative = isFresh ? 2e-5 : 1e-5;

/** The wanted prompt and, where there is one, the negative: names begin with these. */
const sidesOf = ({ negativePrompt }: { readonly negativePrompt: string | null }): string[] => (negativePrompt === null ? [''] : ['', 'negative.']);
const ids = (expected: Expected) => ({ input_ids: { data: expected.data as BigInt64Array, shape: [1, expected.data.length] } });

describe.each(cases)('the numbers of the reference implementation, each step given what it was given: $name', (asked) => {
  const expected = readExpected(asked.name);
  const [rows, columns] = [asked.output.height / 16, asked.output.width / 16];

  it('token ids of both vocabularies', () => {
    for (const [side, prompt] of [['', asked.prompt], ['negative.', asked.negativePrompt]] as const) {
      if (prompt === null) continue;
      expect(parts.clipTokenizer.encodeBeginning(prompt).inputIds).toEqual(expected.get(`${side}clip.input_ids`).data);
      expect(parts.t5Tokenizer.encode(prompt).inputIds).toEqual(expected.get(`${side}t5.input_ids`).data);
    }
  });

  it('the states of T5', async () => {
    for (const side of sidesOf(asked)) {
      const reference = expected.get(`${side}prompt_embeds`);
      expectClose(await parts.t5.run(ids(expected.get(`${side}t5.input_ids`)), reference.shape), reference.data as Float32Array, 2e-4, 1e-5);
    }
  });

  it('the pooled state of CLIP', async () => {
    for (const side of sidesOf(asked)) {
      const reference = expected.get(`${side}pooled_prompt_embeds`);
      expectClose(await parts.clip.run(ids(expected.get(`${side}clip.input_ids`)), reference.shape), reference.data as Float32Array, 2e-4, 1e-5);
    }
  });

  it('the picture stretched to its size, byte for byte', () => {
    const prepared = toRgbImage(expected.get('prepared.0'));
    const stretched = resizeLanczos(toRgbImage(expected.get('source.0')), prepared.width, prepared.height);
    expect(Buffer.from(stretched.data).equals(Buffer.from(prepared.data))).toBe(true);
  });

  it('the encoded picture, and the tokens that are made of it', async () => {
    const picture = toRgbImage(expected.get('prepared.0'));
    const reference = expected.get('vae.mean.0');
    const mean = await parts.vaeEncoder.run({ sample: { data: toSample(picture), shape: [1, 3, picture.height, picture.width] } }, reference.shape);
    expectClose(mean, reference.data as Float32Array, 1e-4);
    const [, channels, height, width] = reference.shape as [number, number, number, number];
    const tokens = new Float32Array(mean.length);
    packLatent({ channels, height, width, data: reference.data as Float32Array }, parts.normalisation, tokens);
    expectClose(tokens, expected.floats('latents.references'), 1e-4);
  });

  it('positions and their angles', () => {
    const positions = kontextPositions(asked.maxLength, { rows, columns }, [{ rows, columns }]);
    expect(positions.flat()).toEqual([...(expected.get('txt_ids').data as BigInt64Array), ...(expected.get('img_ids').data as BigInt64Array)].map(Number));
    const table = rotaryTable(positions, parts.axes, fluxRopeTheta);
    expectClose(table.cos, onceEach(expected.get('rope.cos')), 1e-6);
    expectClose(table.sin, onceEach(expected.get('rope.sin')), 1e-6);
  });

  it('the schedule', () => {
    const mu = parts.mu(rows * columns);
    expect(mu).toBeCloseTo(Number(expected.get('mu').data[0]), 12);
    const { sigmas, timesteps } = parts.scheduler.schedule(asked.steps, mu);
    for (const [found, name] of [[sigmas, 'sigmas'], [timesteps, 'timesteps']] as const) {
      const reference = expected.floats(name);
      expect(found.length).toBe(reference.length);
      found.forEach((value, at) => expect(Math.abs(value - reference[at]!)).toBeLessThanOrEqual(1e-6 * reference[at]!));
    }
  });

  it('the velocity of every step', async () => {
    const shape = [expected.get('rope.cos').shape[0]!, parts.axes.reduce((sum, size) => sum + size / 2, 0)];
    const rotary = { rope_cos: { data: onceEach(expected.get('rope.cos')), shape }, rope_sin: { data: onceEach(expected.get('rope.sin')), shape } };
    for (let step = 0; step < asked.steps; step += 1) {
      const latents = expected.floats(step === 0 ? 'latents.initial' : `step.${step - 1}.latents`);
      const tokens = join(latents, expected.floats('latents.references'));
      for (const side of sidesOf(asked)) {
        const shape = [1, tokens.length / 64, 64];
        const predicted = await parts.transformer.run({
          hidden_states: { data: tokens, shape },
          encoder_hidden_states: shaped(expected.get(`${side}prompt_embeds`)),
          pooled_projections: shaped(expected.get(`${side}pooled_prompt_embeds`)),
          timestep: shaped(expected.get(`step.${step}.timestep`)),
          ...(expected.has('guidance') ? { guidance: shaped(expected.get('guidance')) } : {}),
          ...rotary,
        }, shape);
        expectClose(predicted.subarray(0, latents.length), expected.floats(`step.${step}.${side.replace('.', '_')}velocity`), 2e-4, velocityRelative);
      }
    }
  });

  it('the decoded picture', async () => {
    const latent = expected.get('decoded.latents');
    const [, channels, height, width] = latent.shape as [number, number, number, number];
    expectClose(unpackLatent(expected.floats(`step.${asked.steps - 1}.latents`), { channels, height, width }, parts.normalisation).data, latent.data as Float32Array, 1e-4);
    expectClose(await parts.vaeDecoder.run({ latent: shaped(latent) }, expected.get('decoded.image').shape), expected.floats('decoded.image'), 2e-3);
  });
});

describe.each(cases)('an edit of its own from the same noise: $name', (asked) => {
  it('comes to the same picture by the same latents', () => walkKontext(bundle, parts, asked));
});

describe('an edit with Kontext', () => {
  const expected = readExpected(cases[0]!.name);
  const picture = toRgbImage(expected.get('prepared.0'));
  const request: DiffusionRequest = { prompt: 'add a dog', references: [picture], seed: 7, steps: 2 };
  const pipeline = (): FluxKontextPipeline => new FluxKontextPipeline(bundle, parts);
  const refusal = async (change: Partial<DiffusionRequest>): Promise<unknown> => pipeline().edit({ ...request, ...change }).then(() => 'done', (error: { code?: string }) => error.code ?? error);

  it('gives the same picture for the same seed, as large as the one that was sent', async () => {
    const [first, again, other] = [await pipeline().edit(request), await pipeline().edit(request), await pipeline().edit({ ...request, seed: 8 })];
    expect([first.image.width, first.image.height]).toEqual([picture.width, picture.height]);
    expect(again.image).toEqual(first.image);
    expect(other.image).not.toEqual(first.image);
  });

  it('asks the model twice a step only with a negative prompt and a true guidance above 1', async () => {
    const run = jest.spyOn(parts.transformer, 'run');
    const forwards = async (change: Partial<DiffusionRequest>): Promise<number> => {
      run.mockClear();
      await pipeline().edit({ ...request, ...change });
      return run.mock.calls.length;
    };
    expect([await forwards({}), await forwards({ negativePrompt: 'blurry' }), await forwards({ trueGuidance: 2 }), await forwards({ negativePrompt: 'blurry', trueGuidance: 2 })]).toEqual([2, 2, 2, 4]);
    run.mockRestore();
  });

  it('does not let words be control tokens of either vocabulary', async () => {
    const heard = async (encoder: 't5' | 'clip', prompt: string): Promise<unknown> => {
      const ids: unknown[] = [];
      const run = parts[encoder].run.bind(parts[encoder]);
      const watched = jest.spyOn(parts[encoder], 'run').mockImplementation(async (feeds, shape) => {
        ids.push(...feeds['input_ids']!.data);
        return run(feeds, shape);
      });
      await pipeline().edit({ ...request, steps: 1, prompt });
      watched.mockRestore();
      return ids;
    };
    expect(await heard('t5', '</s>add a <extra_id_0>d</s</s>>og')).toEqual(await heard('t5', 'add a dog'));
    expect(await heard('clip', 'add a <|endoftext|>d<|start<|endoftext|>oftext|>og')).toEqual(await heard('clip', 'add a dog'));
  });

  it('overwrites everything it computed with', async () => {
    const seen: (Float32Array | BigInt64Array)[] = [];
    const run = ModelSession.prototype.run;
    const watched = jest.spyOn(ModelSession.prototype, 'run').mockImplementation(async function watch(this: ModelSession, feeds, shape) {
      const output = await run.call(this, feeds, shape);
      seen.push(output, ...Object.entries(feeds).filter(([name]) => !/^rope|^(img|txt)_ids$|^timestep$|^guidance$/u.test(name)).map(([, { data }]) => data));
      return output;
    });
    await pipeline().edit({ ...request, negativePrompt: 'blurry', trueGuidance: 2 }, { roundTrip: true });
    watched.mockRestore();
    expect(seen.length).toBeGreaterThan(16);
    expect(seen.every((array) => array.every((value: number | bigint) => value === 0 || value === 0n))).toBe(true);
  });

  it.each<[string, Partial<DiffusionRequest>, string]>([
    ['no picture', { references: [] }, 'model.unsupported_request'],
    ['a mask', { mask: { width: 96, height: 64, data: new Uint8Array(96 * 64) } }, 'model.unsupported_request'],
    ['two pictures', { references: [picture, picture] }, 'model.too_many_references'],
    ['a true guidance that is no number', { trueGuidance: Number.NaN }, 'model.unsupported_request'],
    ['more words than T5 takes', { prompt: 'word '.repeat(300) }, 'model.prompt_too_long'],
  ])('is refused with a code: %s', async (_, change, code) => {
    expect(await refusal(change)).toBe(code);
  });
});
