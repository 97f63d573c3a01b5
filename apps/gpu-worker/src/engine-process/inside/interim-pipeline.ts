import { setImmediate } from 'node:timers/promises';
import type { Mask, RgbImage } from '@flux-context/picture';
import type { Bundle } from '@flux-context/diffusion';

export interface DiffusionRequest { prompt: string; references: readonly RgbImage[]; mask?: Mask; strength?: number; seed: number; steps?: number }
export interface DiffusionResult { image: RgbImage; roundTrip?: RgbImage }
export interface Pipeline {
  readonly bundle: Bundle;
  edit(request: DiffusionRequest, how: { onStep(stage: string, step: number, steps: number): void; signal: AbortSignal; roundTrip?: boolean }): Promise<DiffusionResult>;
  close(): Promise<void>;
}
export type Provider = 'cpu' | 'cuda' | 'webgpu';
export const probeProviders = async (): Promise<Provider[]> => ['cpu'];
export async function openPipeline(bundle: Bundle, _how: { provider: Provider; threads?: number }): Promise<Pipeline> {
  return {
    bundle,
    async edit({ references }, { onStep, signal, roundTrip }) {
      const [{ width, height, data }] = references as [RgbImage];
      for (let step = 1; step <= 4; step++) {
        await setImmediate();
        signal.throwIfAborted();
        onStep('denoise', step, 4);
      }
      const image = { width, height, data: data.map((value) => 255 - value) };
      return { image, ...(roundTrip && { roundTrip: { width, height, data: data.slice() } }) };
    },
    close: async () => undefined,
  };
}
