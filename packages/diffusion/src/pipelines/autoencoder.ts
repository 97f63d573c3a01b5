import type { RgbImage } from '@flux-context/picture';
import type { Latent } from '../latents/packing.js';
import { toImage, toSample } from '../latents/pixels.js';
import type { ModelSession } from '../sessions/model-session.js';
import type { EditMemory } from './edit-memory.js';

/** Pictures to latents and back. `factor` is how many pixels a place of a latent has along a side. */
export class Autoencoder {
  constructor(
    private readonly encoder: ModelSession,
    private readonly decoder: ModelSession,
    readonly channels: number,
    private readonly factor: number,
  ) {}

  /** The mode of the posterior: nothing is drawn. Sides of the picture are multiples of the factor. */
  async encode(image: RgbImage, memory: EditMemory): Promise<Latent> {
    const sample = { data: memory.hold(toSample(image)), shape: [1, 3, image.height, image.width] };
    const size = { channels: this.channels, height: image.height / this.factor, width: image.width / this.factor };
    return { ...size, data: memory.hold(await this.encoder.run({ sample }, [1, size.channels, size.height, size.width])) };
  }

  /** Throws `model.diverged`. */
  async decode({ channels, height, width, data }: Latent, memory: EditMemory): Promise<RgbImage> {
    const [pixelHeight, pixelWidth] = [height * this.factor, width * this.factor];
    const sample = memory.hold(await this.decoder.run({ latent: { data, shape: [1, channels, height, width] } }, [1, 3, pixelHeight, pixelWidth]));
    return toImage(sample, pixelWidth, pixelHeight);
  }
}
