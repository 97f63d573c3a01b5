import { expect, jest } from '@jest/globals';
import { unpackLatent, identity } from '../latents/packing.js';
import { difference, expectClose, type ParityCase, parityCases, readExpected, toRgbImage } from '../parity.spec-parts.js';
import type { ModelSession } from '../sessions/model-session.js';
import { FluxKontextPipeline } from './flux-kontext.js';
import type { FluxKontextParts, KontextBundle } from './flux-kontext-parts.js';
import { Flux2KleinPipeline } from './flux2-klein.js';
import type { Flux2KleinParts, KleinBundle } from './flux2-klein-parts.js';
import type { DiffusionRequest, Pipeline } from './pipeline.js';

/** The bundle with the length of text that the fixtures were made with. */
export const kleinWithLength = ({ folder, manifest }: KleinBundle): KleinBundle => {
  const { tokenizer, ...others } = manifest.components;
  return { folder, manifest: { ...manifest, components: { ...others, tokenizer: { ...tokenizer, maxLength: parityCases('flux2-klein')[0]!.maxLength } } } };
};

export const kontextWithLength = ({ folder, manifest }: KontextBundle): KontextBundle => {
  const { tokenizer2, ...others } = manifest.components;
  return { folder, manifest: { ...manifest, components: { ...others, tokenizer2: { ...tokenizer2, maxLength: parityCases('flux-kontext')[0]!.maxLength } } } };
};

/** An edit from the noise of the reference comes to its picture, by its latents. */
export const walkKlein = async (bundle: KleinBundle, parts: Flux2KleinParts, asked: ParityCase): Promise<void> => {
  const expected = readExpected(asked.name);
  const { manifest } = bundle;
  const guided: KleinBundle = asked.guidance === null ? bundle : { ...bundle, manifest: { ...manifest, guidance: { mode: 'cfg', default: asked.guidance } } };
  const noise = expected.get('noise');
  const [, places, channels] = noise.shape as [number, number, number];
  const pipeline = new Flux2KleinPipeline(guided, parts, () => Float32Array.from({ length: noise.data.length }, (_, at) => Number(noise.data[(at % places) * channels + Math.floor(at / places)])));
  const mask = expected.has('mask') ? { width: asked.output.width, height: asked.output.height, data: expected.get('mask').data as Uint8Array } : undefined;
  await walk(pipeline, parts.transformer, asked, { forwards: asked.guidance === null ? 1 : 2, more: { ...asked.output, ...(mask ? { mask, strength: asked.strength! } : {}) } });
};

export const walkKontext = async (bundle: KontextBundle, parts: FluxKontextParts, asked: ParityCase): Promise<void> => {
  const expected = readExpected(asked.name);
  const channels = expected.get('decoded.latents').shape[1]!;
  const drawn = unpackLatent(expected.floats('noise'), { channels, height: asked.output.height / 8, width: asked.output.width / 8 }, identity(channels * 4));
  const pipeline = new FluxKontextPipeline(bundle, parts, () => drawn.data.slice());
  const negative = asked.negativePrompt === null ? {} : { negativePrompt: asked.negativePrompt, trueGuidance: asked.trueGuidance! };
  await walk(pipeline, parts.transformer, asked, { forwards: asked.negativePrompt === null ? 1 : 2, more: { guidance: asked.guidance!, ...negative } });
};

/** `forwards` a step, of which the first is told the wanted prompt. */
const walk = async (pipeline: Pipeline, transformer: ModelSession, asked: ParityCase, { forwards, more }: { readonly forwards: number; readonly more: Partial<DiffusionRequest> }): Promise<void> => {
  const expected = readExpected(asked.name);
  const outputSize = expected.get('noise').data.length;
  const walked: Float32Array[] = [];
  const run = transformer.run.bind(transformer);
  const watched = jest.spyOn(transformer, 'run').mockImplementation(async (feeds, shape) => {
    walked.push((feeds['hidden_states']!.data as Float32Array).slice(0, outputSize));
    return run(feeds, shape);
  });
  const references = Array.from({ length: asked.references }, (_, at) => toRgbImage(expected.get(`prepared.${at}`)));
  const { image } = await pipeline.edit({ prompt: asked.prompt, references, steps: asked.steps, seed: 0, ...more });
  watched.mockRestore();

  const steps = Array.from({ length: asked.steps }, (_, at) => at).filter((at) => expected.has(`step.${at}.latents`)).length;
  expect(walked.length).toBe(forwards * steps);
  walked.filter((_, at) => at % forwards === 0).forEach((latents, at) => expectClose(latents, expected.floats(at === 0 ? 'latents.initial' : `step.${at - 1}.latents`), 1e-3));
  const reference = toRgbImage(expected.get('image'));
  expect([image.width, image.height]).toEqual([reference.width, reference.height]);
  expect(difference(image.data, reference.data).max).toBeLessThanOrEqual(1);
  const equal = image.data.filter((value, at) => value === reference.data[at]).length;
  expect(equal / image.data.length).toBeGreaterThanOrEqual(0.999);
};
