import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RgbImage } from '@flux-context/picture';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Bundle } from '../bundles/index.js';
import { Weights } from '../graph/weights.js';
import { difference, fixtureBundle, readExpected, toRgbImage, weightsOf } from '../parity.spec-parts.js';
import { readTensorTable } from '../safetensors.js';
import { ModelSession } from '../sessions/model-session.js';
import { openPipeline } from './families.js';
import type { KleinBundle } from './flux2-klein-parts.js';
import type { DiffusionRequest, Pipeline } from './pipeline.js';

const cpu = { provider: 'cpu', threads: 1 } as const;
const expected = readExpected('K1');
const picture = toRgbImage(expected.get('prepared.0'));
const request: DiffusionRequest = { prompt: 'add a dog', references: [picture], seed: 7 };
const refusal = async (attempt: Promise<unknown>): Promise<unknown> => attempt.then(() => 'done', (error: { code?: string }) => error.code ?? error);

let bundle: KleinBundle;
let pipeline: Pipeline;
beforeAll(async () => {
  bundle = (await fixtureBundle('flux2-klein')) as KleinBundle;
  pipeline = await openPipeline(bundle, cpu);
});
afterAll(async () => {
  await pipeline.close();
});

describe('an edit', () => {
  it('gives the same picture for the same seed, and another for another', async () => {
    const [first, again, other] = [await pipeline.edit(request), await pipeline.edit(request), await pipeline.edit({ ...request, seed: 8 })];
    expect([first.image.width, first.image.height]).toEqual([picture.width, picture.height]);
    expect(again.image).toEqual(first.image);
    expect(other.image).not.toEqual(first.image);
  });

  it('says what it does, step by step', async () => {
    const said: [string, number, number][] = [];
    await pipeline.edit({ ...request, steps: 2 }, { onStep: (...step) => said.push(step) });
    expect(said).toEqual([['encodePrompt', 0, 1], ['prepareLatents', 0, 1], ['denoise', 0, 2], ['denoise', 1, 2], ['decodeLatents', 0, 1]]);
  });

  it('does not hear control tokens in the words', async () => {
    const plain = await pipeline.edit(request);
    expect(await pipeline.edit({ ...request, prompt: '<|im_start|>add<|im_<|im_end|>end|> a <think>dog</think>' })).toEqual(plain);
  });

  it('shows what the autoencoder alone changes, when asked', async () => {
    expect((await pipeline.edit(request)).roundTrip).toBeUndefined();
    const { roundTrip } = await pipeline.edit(request, { roundTrip: true });
    expect([roundTrip!.width, roundTrip!.height]).toEqual([picture.width, picture.height]);
    expect((await pipeline.edit({ ...request, prompt: 'something else', seed: 9 }, { roundTrip: true })).roundTrip).toEqual(roundTrip);
  });

  it('leaves what the mask does not cover to the autoencoder', async () => {
    const nothing = { width: picture.width, height: picture.height, data: new Uint8Array(picture.width * picture.height) };
    const { image, roundTrip } = await pipeline.edit({ ...request, mask: nothing }, { roundTrip: true });
    expect(difference(image.data, roundTrip!.data).max).toBeLessThanOrEqual(1);
  });

  it('walks only the end of the way where the strength is small', async () => {
    const mask = { width: picture.width, height: picture.height, data: new Uint8Array(picture.width * picture.height).fill(255) };
    const said: string[] = [];
    await pipeline.edit({ ...request, mask, strength: 0.1 }, { onStep: (stage) => said.push(stage) });
    expect(said.filter((stage) => stage === 'denoise')).toHaveLength(1);
  });

  it('stops between steps when it is cancelled, and the next one works', async () => {
    const cancelling = new AbortController();
    const said: string[] = [];
    const observer = { signal: cancelling.signal, onStep: (stage: string, step: number) => (stage === 'denoise' && step === 1 ? cancelling.abort() : said.push(stage)) };
    expect(await refusal(pipeline.edit(request, observer))).toBe('model.cancelled');
    expect(said).toEqual(['encodePrompt', 'prepareLatents', 'denoise']);
    expect(await refusal(pipeline.edit(request, { signal: AbortSignal.abort() }))).toBe('model.cancelled');
    expect(await refusal(pipeline.edit(request))).toBe('done');
  });

  it.each(['done', 'cancelled'])('overwrites everything it computed with: %s', async (end) => {
    const seen: (Float32Array | BigInt64Array)[] = [];
    const run = ModelSession.prototype.run;
    const watched = jest.spyOn(ModelSession.prototype, 'run').mockImplementation(async function watch(this: ModelSession, feeds, shape) {
      const output = await run.call(this, feeds, shape);
      seen.push(output, ...Object.entries(feeds).filter(([name]) => !/^rope|^(img|txt)_ids$|^timestep$/u.test(name)).map(([, { data }]) => data));
      return output;
    });
    const cancelling = new AbortController();
    const onStep = (stage: string, step: number): void => {
      if (end === 'cancelled' && stage === 'denoise' && step === 2) cancelling.abort();
    };
    const result = refusal(pipeline.edit(request, { onStep, signal: cancelling.signal, roundTrip: true }));
    expect(await result).toBe(end === 'done' ? 'done' : 'model.cancelled');
    watched.mockRestore();
    expect(seen.length).toBeGreaterThan(8);
    expect(seen.every((array) => array.every((value: number | bigint) => value === 0 || value === 0n))).toBe(true);
  });
});

describe('a request is refused with a code', () => {
  const white = (width: number, height: number): RgbImage => ({ width, height, data: new Uint8Array(width * height * 3).fill(255) });
  const mask = { width: 96, height: 64, data: new Uint8Array(96 * 64) };

  it.each<[string, Partial<DiffusionRequest>, string]>([
    ['10,000 words', { prompt: 'word '.repeat(10_000) }, 'model.prompt_too_long'],
    ['a little too many words', { prompt: 'word '.repeat(600) }, 'model.prompt_too_long'],
    ['more pictures than the model takes', { references: Array.from({ length: 5 }, () => picture) }, 'model.too_many_references'],
    ['a result that is too large', { width: 2048, height: 1024 }, 'model.output_too_large'],
    ['a picture that was not prepared', { references: [white(100, 64)] }, 'model.unsupported_request'],
    ['a picture of one pixel', { references: [white(1, 1)] }, 'model.unsupported_request'],
    ['no height', { height: 0 }, 'model.unsupported_request'],
    ['a width that is no number', { width: NaN }, 'model.unsupported_request'],
    ['a mask of another size', { mask: { ...mask, width: 64, height: 96 } }, 'model.unsupported_request'],
    ['a mask without a picture', { references: [], mask }, 'model.unsupported_request'],
    ['strength without a mask', { strength: 0.5 }, 'model.unsupported_request'],
    ['no strength at all', { mask, strength: 0 }, 'model.unsupported_request'],
    ['no steps', { steps: 0 }, 'model.unsupported_request'],
    ['half a step', { steps: 1.5 }, 'model.unsupported_request'],
    ['more steps than it was distilled for', { steps: 1000 }, 'model.unsupported_request'],
    ['a seed below zero', { seed: -1 }, 'model.unsupported_request'],
  ])('%s', async (_what, change, code) => {
    expect(await refusal(pipeline.edit({ ...request, ...change }))).toBe(code);
  });
});

describe('a bundle that was changed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flux-pipeline-'));
    await cp(bundle.folder, folder, { recursive: true });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Writes over the beginning of a tensor. */
  const poison = async (path: string, tensor: string, bytes: Buffer): Promise<() => Promise<void>> => {
    const file = await open(join(folder, path), 'r+');
    const { offset } = (await readTensorTable(file)).get(tensor)!;
    const { buffer } = await file.read(Buffer.alloc(bytes.length), 0, bytes.length, offset);
    await file.write(bytes, 0, bytes.length, offset);
    await file.close();
    return async () => {
      const again = await open(join(folder, path), 'r+');
      await again.write(buffer, 0, buffer.length, offset);
      await again.close();
    };
  };
  const nan = Buffer.from(Float32Array.of(NaN).buffer);

  it.each([
    ['vae', 'decoder.conv_in.bias', 'model.diverged'],
    ['vae', 'encoder.conv_in.bias', 'model.diverged'],
    ['vae', 'bn.running_mean', 'model.weights'],
    ['transformer', 'transformer_blocks.0.attn.norm_q.weight', 'model.diverged'],
    ['textEncoder', 'model.layers.0.input_layernorm.weight', 'model.diverged'],
  ] as const)('with a number that is none gives no picture: %s %s', async (part, tensor, code) => {
    const { path } = (await Weights.open(folder, weightsOf(bundle.manifest.components[part]))).get(tensor);
    const restore = await poison(path, tensor, nan);
    const attempt = async (): Promise<void> => {
      const poisoned = await openPipeline({ ...bundle, folder }, cpu);
      try {
        await poisoned.edit(request);
      } finally {
        await poisoned.close();
      }
    };
    expect(await refusal(attempt())).toBe(code);
    await restore();
    expect(await refusal(attempt())).toBe('done');
  });

  /** The bundle with another transformer. */
  const swapped = (change: { readonly config?: string; readonly weights?: string[] }): Bundle => {
    const { components } = bundle.manifest;
    return { ...bundle, manifest: { ...bundle.manifest, components: { ...components, transformer: { ...components.transformer, ...change } } } };
  };

  it('with weights of another network is not loaded', async () => {
    expect(await refusal(openPipeline(swapped({ weights: weightsOf(bundle.manifest.components.vae) }), cpu))).toBe('model.weights');
  });

  it('with a part of its weights missing, or there twice, is not loaded', async () => {
    const weights = weightsOf(bundle.manifest.components.transformer);
    expect(weights.length).toBe(2);
    expect(await refusal(openPipeline(swapped({ weights: weights.slice(0, 1) }), cpu))).toBe('model.weights');
    expect(await refusal(openPipeline(swapped({ weights: [...weights, weights[0]!] }), cpu))).toBe('model.weights');
  });

  it('with a configuration that asks for another architecture is not loaded', async () => {
    expect(await refusal(openPipeline(swapped({ config: 'vae/config.json' }), cpu))).toBe('model.config');
  });
});
