import type { DiffusionBrief } from '@flux-context/contracts';
import { disposePicture, fit, prepare, restore, toRgbImage, type Mask, type Picture, type RgbImage } from '@flux-context/picture';
import type { AskableModel } from '../wire.js';
import { CodedEnd } from './coded-end.js';
import type { Decoded, EditEngine } from './decoded-parts.js';
import { EngineChannel } from './engine-channel.js';

/** Has a model of the engine edit the picture. Throws `model.failed` before anything is decoded when it is not loaded here. */
export function modelEngine(brief: DiffusionBrief, models: readonly AskableModel[]): EditEngine {
  const model = models.find(({ id }) => id === brief.model);
  if (!model) throw new CodedEnd('model.failed');
  return async (decoded) => {
    const channel = new EngineChannel();
    try {
      return await edit(decoded, brief, model, channel);
    } finally {
      channel.close();
    }
  };
}

async function edit({ picture, mask, references }: Decoded, brief: DiffusionBrief, model: AskableModel, channel: EngineChannel): Promise<Picture> {
  const geometry = fit(picture, model.fit);
  const whole = await toRgbImage(picture);
  const prepared = prepare(whole, geometry);
  const { image } = await channel.ask({ model: brief.model, prompt: brief.instruction, pictures: [prepared], seed: brief.seed, roundTrip: false });
  const { width, height, data } = restore(image, geometry);
  return { width, height, channels: 3, depth: 8, data };
}
