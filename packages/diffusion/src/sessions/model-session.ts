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
   * Loads an ONNX model whose weights lie below `folder`. The model itself is never written to a disk. One that `returnsMemory` asks
   * the system for the memory of each run and gives it back, which suits what runs once in an edit and needs much. Throws
   * `model.provider_unavailable` where the provider's libraries are missing and `model.load_failed` for everything else.
   */
  static async open(model: Uint8Array, folder: string, { provider, threads, deviceId }: SessionOptions, { returnsMemory = false } = {}): Promise<ModelSession> {
    const options: InferenceSession.SessionOptions = {
      executionProviders: provider === 'cuda' ? [{ name: 'cuda', deviceId: deviceId ?? 0 }] : [provider],
      graphOptimizationLevel: 'all',
      enableCpuMemArena: !returnsMemory,
      logSeverityLevel: 4,
      extra: { session: { model_external_initializers_file_folder_path: folder } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    try {
      return new ModelSession(await InferenceSession.create(model, options));
    } catch (cause) {
      throw new DiffusionError(provider !== 'cpu' && isMissing(cause) ? 'model.provider_unavailable' : 'model.load_failed', { cause });
    }
  }

  /**
   * Computes the one output of the model, which has this shape, into an array of its own: the caller overwrites it when done.
   * Throws `model.run_failed`.
   */
  async run(feeds: Readonly<Record<string, Feed>>, shape: readonly number[]): Promise<Float32Array> {
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
    try {
      const output = { [this.session.outputNames[0]!]: new Tensor('float32', data, shape) };
      await this.session.run(Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)])), output);
      return data;
    } catch (cause) {
      data.fill(0);
      throw new DiffusionError('model.run_failed', { cause });
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

const toTensor = ({ data, shape }: Feed): Tensor => (data instanceof BigInt64Array ? new Tensor('int64', data, shape) : new Tensor('float32', data, shape));

/** In the words of onnxruntime 1.30: a library or a device that is not there. */
const isMissing = (error: unknown): boolean => /Failed to load shared library|Failed to get a WebGPU adapter|backend not found/u.test(String(error));
