import './config.js';
import { InferenceSession } from 'onnxruntime-node';
import type { Ports } from '../bundles/index.js';
import { DiffusionError } from '../diffusion-error.js';
import type { SessionOptions } from './session-options.js';
import { type Feed, roomFor, toPort } from './ports.js';

/** What one model wants for itself. */
export interface Running {
  readonly returnsMemory?: boolean;
  readonly ports?: Ports;
}

/**
 * One network, loaded and ready. `run` keeps the thread busy until it is done, so whoever must stay responsive puts it into a
 * process of its own; it can be stopped only by ending that process.
 */
export class ModelSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly ports: Ports,
  ) {}

  /**
   * Loads an ONNX model whose weights lie below `folder`. Without `ports` it calls its inputs as we do. One that `returnsMemory` asks
   * the system for the memory of each run and gives it back, which suits what runs once in an edit and needs much. Throws
   * `model.provider_unavailable` where the provider's libraries are missing and `model.load_failed` for everything else.
   */
  static async open(model: Uint8Array, folder: string, { provider, threads, deviceId }: SessionOptions, { returnsMemory = false, ports }: Running = {}): Promise<ModelSession> {
    const options: InferenceSession.SessionOptions = {
      executionProviders: provider === 'cuda' ? [{ name: 'cuda', deviceId: deviceId ?? 0 }] : [provider],
      graphOptimizationLevel: 'all',
      enableCpuMemArena: !returnsMemory,
      logSeverityLevel: 4,
      extra: { session: { model_external_initializers_file_folder_path: folder } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    try {
      const session = await InferenceSession.create(model, options);
      return new ModelSession(session, ports ?? ownPorts(session));
    } catch (cause) {
      throw new DiffusionError(provider !== 'cpu' && isMissing(cause) ? 'model.provider_unavailable' : 'model.load_failed', { cause });
    }
  }

  /**
   * Computes the output of the model, which has this shape, into an array of its own: the caller overwrites it when done. Feeds that
   * this model does not ask for are left out. Throws `model.run_failed`.
   */
  async run(feeds: Readonly<Record<string, Feed>>, shape: readonly number[]): Promise<Float32Array> {
    const { inputs, output } = this.ports;
    const fed = Object.entries(inputs).map(([role, port]) => ({ name: port.name, ...toPort(feedOf(feeds, role), port) }));
    const room = roomFor(output, shape);
    try {
      await this.session.run(Object.fromEntries(fed.map(({ name, tensor }) => [name, tensor])), { [output.name]: room.tensor });
      const data = room.read();
      if (output.type !== 'float32') room.wipe();
      return data;
    } catch (cause) {
      room.wipe();
      throw new DiffusionError('model.run_failed', { cause });
    } finally {
      for (const { wipe } of fed) wipe();
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

const feedOf = (feeds: Readonly<Record<string, Feed>>, role: string): Feed => {
  const feed = feeds[role];
  if (!feed) throw new DiffusionError('model.run_failed', { cause: `no feed for ${role}` });
  return feed;
};

/** What is built here calls its ports by their names, and says their types. */
const ownPorts = ({ inputMetadata, outputMetadata }: InferenceSession): Ports => ({
  inputs: Object.fromEntries(inputMetadata.map((port) => [port.name, portOf(port)])),
  output: portOf(outputMetadata[0]!),
});

const portOf = (port: InferenceSession.ValueMetadata): Ports['output'] => {
  if (!port.isTensor) throw new TypeError('No port of ours is anything but a tensor.');
  return { name: port.name, type: port.type as Ports['output']['type'], rank: port.shape.length };
};

/** In the words of onnxruntime 1.30: a library or a device that is not there. */
const isMissing = (error: unknown): boolean => /Failed to load shared library|Failed to get a WebGPU adapter|backend not found/u.test(String(error));
