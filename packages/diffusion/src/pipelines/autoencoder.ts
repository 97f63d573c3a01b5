import type { RgbImage } from '@flux-context/picture';
import type { LatentForm } from '../bundles/index.js';
import { dataIn, latentFrom, shapeIn } from '../latents/forms.js';
import { type Latent, type Normalisation, unpackLatent } from '../latents/packing.js';
import { toImage, toSample } from '../latents/pixels.js';
import type { Grid } from '../latents/rotary.js';
import type { ModelSession } from '../sessions/model-session.js';
import type { EditMemory } from './edit-memory.js';
import type { DiffusionResult } from './pipeline.js';

/** The encoder or the decoder, and how latents leave or enter it. */
export interface Half {
  readonly session: ModelSession;
  readonly latentForm: LatentForm;
}

/** Pictures to latents and back. `factor` is how many pixels a place of a latent has along a side. */
export class Autoencoder {
  constructor(
    private readonly encoder: Half,
    private readonly decoder: Half,
    readonly channels: number,
    private readonly factor: number,
  ) {}

  /** The mode of the posterior: nothing is drawn. Sides of the picture are multiples of the factor. */
  async encode(image: RgbImage, memory: EditMemory): Promise<Latent> {
    const sample = { data: memory.hold(toSample(image)), shape: [1, 3, image.height, image.width] };
    const size = { channels: this.channels, height: image.height / this.factor, width: image.width / this.factor };
    const { session, latentForm } = this.encoder;
    const latent = latentFrom(latentForm, memory.hold(await session.run({ sample }, shapeIn(latentForm, size))), size);
    memory.hold(latent.data);
    return latent;
  }

  async encodeAll(images: readonly RgbImage[], memory: EditMemory): Promise<Latent[]> {
    const latents: Latent[] = [];
    for (const image of images) latents.push(await this.encode(image, memory));
    return latents;
  }

  /** The picture of an edit's last tokens, and that of a reference as the autoencoder alone changes it. Throws `model.diverged`. */
  async decodeResult(tokens: Float32Array, { rows, columns }: Grid, normalisation: Normalisation, { reference, memory }: { readonly reference: Latent | undefined; readonly memory: EditMemory }): Promise<DiffusionResult> {
    const latent = unpackLatent(tokens, { channels: this.channels, height: rows * 2, width: columns * 2 }, normalisation);
    memory.hold(latent.data);
    const image = await this.decode(latent, memory);
    try {
      return reference ? { image, roundTrip: await this.decode(reference, memory) } : { image };
    } catch (error) {
      image.data.fill(0);
      throw error;
    }
  }

  /** Throws `model.diverged`. */
  async decode(latent: Latent, memory: EditMemory): Promise<RgbImage> {
    const [pixelHeight, pixelWidth] = [latent.height * this.factor, latent.width * this.factor];
    const { session, latentForm } = this.decoder;
    const fed = { data: memory.hold(dataIn(latentForm, latent)), shape: shapeIn(latentForm, latent) };
    const sample = memory.hold(await session.run({ latent: fed }, [1, 3, pixelHeight, pixelWidth]));
    return toImage(sample, pixelWidth, pixelHeight);
  }
}
