import type { Mask, RgbImage } from '@flux-context/picture';
import type { Bundle } from '../bundles/index.js';
import type { NoiseSource } from '../latents/noise.js';
import type { SessionOptions } from '../sessions/session-options.js';

/** What is wanted. Pictures are prepared by `prepare`; their sides are multiples of the bundle's. */
export interface DiffusionRequest {
  readonly prompt: string;
  /** The first is the picture to edit, the others are looked at; none where only words are given. */
  readonly references: readonly RgbImage[];
  /** Of the size of the first reference: only what is at least half white may change. */
  readonly mask?: Mask;
  /** With a mask: how much of the way from noise is walked, above 0 to 1. */
  readonly strength?: number;
  /** Of the result in pixels; the first reference's, or 1024, where it is not said. */
  readonly width?: number;
  readonly height?: number;
  /** A whole number from 0 to 2^53 - 1. The same request with the same seed gives the same picture on the same provider. */
  readonly seed: number;
  readonly steps?: number;
  /** Ignored by models that are distilled. */
  readonly guidance?: number;
  readonly negativePrompt?: string;
  /** For models that are told their guidance: how far from the negative prompt besides, at twice the time; 1 is not at all. */
  readonly trueGuidance?: number;
}

export interface DiffusionResult {
  readonly image: RgbImage;
  /** The first reference encoded and decoded again: what the autoencoder alone changes. */
  readonly roundTrip?: RgbImage;
}

/** In the words of the reference implementation. */
export type DiffusionStage = 'encodePrompt' | 'prepareLatents' | 'denoise' | 'decodeLatents';

export interface Observer {
  /** Before each step of a stage; `step` counts from 0. */
  onStep?(stage: DiffusionStage, step: number, steps: number): void;
  /** Heard between steps. */
  readonly signal?: AbortSignal;
  /** Whether the result shall have its `roundTrip`. */
  readonly roundTrip?: boolean;
}

/** A model that is loaded. It makes one edit at a time, keeps nothing of it and overwrites the memory it used. */
export interface Pipeline {
  readonly bundle: Bundle;
  /** Throws `DiffusionError`. */
  edit(request: DiffusionRequest, observer?: Observer): Promise<DiffusionResult>;
  close(): Promise<void>;
}

export interface PipelineOptions extends SessionOptions {
  /** Where the first noise comes from; tests give the noise that the reference implementation was given. */
  readonly noise?: NoiseSource;
}
