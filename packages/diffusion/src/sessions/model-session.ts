import './config.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DiffusionError } from '../diffusion-error.js';
import type { SessionOptions } from './session-options.js';

/** Numbers and their shape, row by row. */
export interface Feed {
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/**
 * One network, loaded and ready. `run` keeps the thread busy until it is done, so whoever must stay responsive puts it into a
 * process of its own; it can be stopped only by ending that process.
 */
export class ModelSession {
  private constructor(private readonly session: InferenceSession) {}

  /**
   * Loads an ONNX model whose weights lie below `folder`. The model itself is never written to a disk. Throws
   * `model.provider_unavailable` where the provider's libraries are missing and `model.load_failed` for everything else.
   */
  static async open(model: Uint8Array, folder: string, { provider, threads, deviceId }: SessionOptions): Promise<ModelSession> {
    const options: InferenceSession.SessionOptions = {
      executionProviders: provider === 'cuda' ? [{ name: 'cuda', deviceId: deviceId ?? 0 }] : [provider],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
      extra: { session: { model_external_initializers_file_folder_path: folder } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    try {
      return new ModelSession(await InferenceSession.create(model, options));
    } catch (cause) {
      throw new DiffusionError(isMissingProvider(cause) ? 'model.provider_unavailable' : 'model.load_failed', { cause });
    }
  }

  /** The one output of the model. The caller owns it and overwrites it. Throws `model.run_failed`. */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Float32Array> {
    const [output] = this.session.outputNames;
    try {
      const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { data, shape }]) => [name, data instanceof BigInt64Array ? new Tensor('int64', data, shape) : new Tensor('float32', data, shape)]));
      const results = await this.session.run(tensors);
      return results[output!]!.data as Float32Array;
    } catch (cause) {
      throw new DiffusionError('model.run_failed', { cause });
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

const isMissingProvider = (error: unknown): boolean => error instanceof Error && /load shared library|no available backend|not supported|No supported adapters/iu.test(error.message);
