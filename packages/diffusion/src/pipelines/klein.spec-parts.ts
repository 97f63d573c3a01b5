import type { RgbImage } from '@flux-context/picture';
import { expect, jest } from '@jest/globals';
import { difference, expectClose, type ParityCase, parityCases, readExpected, toRgbImage } from '../parity.spec-parts.js';
import { Flux2KleinPipeline } from './flux2-klein.js';
import type { Flux2KleinParts, KleinBundle } from './flux2-klein-parts.js';

/** The bundle with the length of text that the fixtures were made with. */
export const withLength = ({ folder, manifest }: KleinBundle): KleinBundle => {
  const { components } = manifest;
  const { maxLength } = parityCases('flux2-klein')[0]!;
  return { folder, manifest: { ...manifest, components: { ...components, tokenizer: { ...components.tokenizer, maxLength } } } };
};

/** An edit from the noise of the reference comes to its picture, by its latents. */
export const walkAsTheReference = async (bundle: KleinBundle, parts: Flux2KleinParts, asked: ParityCase): Promise<void> => {
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
};
