import type { LatentForm } from '../bundles/index.js';
import { identity, type Latent, packLatent, packPlaces, unpackLatent, unpackPlaces } from './packing.js';

type Size = Omit<Latent, 'data'>;

/** The shape in which an autoencoder hands over a latent of this size. */
export const shapeIn = (form: LatentForm, { channels, height, width }: Size): number[] =>
  form === 'raw' ? [1, channels, height, width] : form === 'moments' ? [1, channels * 2, height, width] : [1, channels * 4, height / 2, width / 2];

/** The latent in what an autoencoder has given. Of mean and variance it is the mean: the mode of the posterior. */
export const latentFrom = (form: LatentForm, data: Float32Array, size: Size): Latent => {
  if (form !== 'patchified-normalised') return { ...size, data: data.subarray(0, size.channels * size.height * size.width) };
  const tokens = new Float32Array(data.length);
  packPlaces(data, size.channels * 4, tokens);
  const latent = unpackLatent(tokens, size, identity(size.channels * 4));
  tokens.fill(0);
  return latent;
};

/** A latent as an autoencoder wants it. `moments` come out of one and never go in. */
export const dataIn = (form: LatentForm, latent: Latent): Float32Array => {
  if (form !== 'patchified-normalised') return latent.data;
  const tokens = new Float32Array(latent.data.length);
  packLatent(latent, identity(latent.channels * 4), tokens);
  const data = new Float32Array(tokens.length);
  unpackPlaces(tokens, latent.channels * 4, data);
  tokens.fill(0);
  return data;
};
