import { dirname, join } from 'node:path';
import type { AutoencoderFiles, Network, PublishedGraph } from '../bundles/index.js';
import { openInside } from '../bundles/inside.js';
import { type AutoencoderKLConfig, buildVaeDecoder, buildVaeEncoder } from '../graph/components/autoencoder-kl.js';
import { Weights } from '../graph/weights.js';
import { ModelSession, type Running } from '../sessions/model-session.js';
import type { SessionOptions } from '../sessions/session-options.js';
import { Autoencoder, type Half } from './autoencoder.js';

/** An autoencoder's halves run once or twice in an edit and need by far the most memory beside the weights, so neither keeps it while the rest runs. */
const half: Running = { returnsMemory: true };

/** Sessions that are released together, also when one of them cannot be opened. */
export class OpenSessions {
  private readonly sessions: ModelSession[] = [];

  constructor(
    private readonly folder: string,
    private readonly options: SessionOptions,
  ) {}

  /** A network: the graph that somebody exported, or one that `build` makes of its weights. */
  async open(network: Network, build: (weights: Weights) => Uint8Array): Promise<ModelSession> {
    return 'graph' in network ? this.openGraph(network.graph) : this.openBuilt(network.weights, build);
  }

  /** The autoencoder is not safe in half precision. It is also the smallest part. */
  async openAutoencoder(files: AutoencoderFiles, config: AutoencoderKLConfig): Promise<{ vaeEncoder: ModelSession; vaeDecoder: ModelSession; autoencoder: Autoencoder }> {
    const halves: [Half, Half] = 'encoder' in files
      ? [{ session: await this.openGraph(files.encoder, half), latentForm: files.encoder.latentForm }, { session: await this.openGraph(files.decoder, half), latentForm: files.decoder.latentForm }]
      : [
          { session: await this.openBuilt(files.weights, (weights) => buildVaeEncoder(config, weights, 'float32'), half), latentForm: 'raw' },
          { session: await this.openBuilt(files.weights, (weights) => buildVaeDecoder(config, weights, 'float32'), half), latentForm: 'raw' },
        ];
    const [{ session: vaeEncoder }, { session: vaeDecoder }] = halves;
    return { vaeEncoder, vaeDecoder, autoencoder: new Autoencoder(...halves, config.latent_channels, 2 ** (config.block_out_channels.length - 1)) };
  }

  private async openBuilt(weights: readonly string[], build: (weights: Weights) => Uint8Array, running?: Running): Promise<ModelSession> {
    return this.keep(async () => ModelSession.open(build(await Weights.open(this.folder, weights)), this.folder, this.options, running));
  }

  /** The files of its weights are found from where the graph lies. */
  private async openGraph({ onnx, io }: PublishedGraph, running?: Running): Promise<ModelSession> {
    return this.keep(async () => {
      const file = await openInside(this.folder, onnx);
      try {
        return await ModelSession.open(await file.readFile(), join(this.folder, dirname(onnx)), this.options, { ...running, ports: io });
      } finally {
        await file.close();
      }
    });
  }

  async close(): Promise<void> {
    for (const session of this.sessions.splice(0)) await session.close();
  }

  private async keep(open: () => Promise<ModelSession>): Promise<ModelSession> {
    try {
      const session = await open();
      this.sessions.push(session);
      return session;
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}
