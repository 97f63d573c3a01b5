import type { Grid } from './rotary.js';

/** Mean and deviation per channel of patched latents, by which FLUX.2 normalises them. */
export interface Normalisation {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Leaves numbers as they are. */
export const identity = (channels: number): Normalisation => ({ mean: new Float32Array(channels), deviation: new Float32Array(channels).fill(1) });

/** A latent image: `data` is [channels, height, width]. Two by two places make a token. */
export interface Latent {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** The size of a latent in tokens. */
export const tokenGrid = ({ height, width }: Pick<Latent, 'height' | 'width'>): Grid => ({ rows: height / 2, columns: width / 2 });

/** Calls back for every number of a latent and its place among the tokens: row by row, channel · 4 + dy · 2 + dx within one. */
const eachPlace = ({ channels, height, width }: Omit<Latent, 'data'>, visit: (inLatent: number, inTokens: number, tokenChannel: number) => void): void => {
  const tokenWidth = channels * 4;
  for (let channel = 0, at = 0; channel < channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      const row = (y >> 1) * (width >> 1) * tokenWidth + channel * 4 + (y & 1) * 2;
      for (let x = 0; x < width; x += 1, at += 1) visit(at, row + (x >> 1) * tokenWidth + (x & 1), channel * 4 + (y & 1) * 2 + (x & 1));
    }
  }
};

/** Writes the latent as normalised tokens, [height / 2 · width / 2, channels · 4], into `tokens`. */
export const packLatent = (latent: Latent, { mean, deviation }: Normalisation, tokens: Float32Array): void => {
  eachPlace(latent, (from, to, channel) => {
    tokens[to] = Math.fround(latent.data[from]! - mean[channel]!) / deviation[channel]!;
  });
};

/** The latent that these normalised tokens stand for. */
export const unpackLatent = (tokens: Float32Array, size: Omit<Latent, 'data'>, { mean, deviation }: Normalisation): Latent => {
  const data = new Float32Array(size.channels * size.height * size.width);
  eachPlace(size, (to, from, channel) => {
    data[to] = Math.fround(tokens[from]! * deviation[channel]!) + mean[channel]!;
  });
  return { ...size, data };
};

/** [channels, places] as tokens [places, channels]: how noise that was drawn as an image is laid out. */
export const packPlaces = (image: Float32Array, channels: number, tokens: Float32Array): void => {
  const places = image.length / channels;
  for (let channel = 0, at = 0; channel < channels; channel += 1) {
    for (let place = 0; place < places; place += 1, at += 1) tokens[place * channels + channel] = image[at]!;
  }
};

/** Back from tokens [places, channels] to [channels, places]. */
export const unpackPlaces = (tokens: Float32Array, channels: number, image: Float32Array): void => {
  const places = tokens.length / channels;
  for (let channel = 0, at = 0; channel < channels; channel += 1) {
    for (let place = 0; place < places; place += 1, at += 1) image[at] = tokens[place * channels + channel]!;
  }
};
