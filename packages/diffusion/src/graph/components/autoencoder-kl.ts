import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';

const count = z.int().min(1).max(2 ** 16);
const epsilon = 1e-6;

/** `vae/config.json` of an AutoencoderKL of FLUX.1 or an AutoencoderKLFlux2, which differ only in what happens to the latents outside. */
export const autoencoderKLConfig = z.object({
  in_channels: z.literal(3).default(3),
  out_channels: z.literal(3).default(3),
  block_out_channels: z.array(count).min(1).max(8),
  decoder_block_out_channels: z.array(count).min(1).max(8).nullish(),
  layers_per_block: count.max(16),
  latent_channels: count,
  norm_num_groups: count,
  act_fn: z.literal('silu').default('silu'),
  use_quant_conv: z.boolean().default(true),
  use_post_quant_conv: z.boolean().default(true),
  mid_block_add_attention: z.boolean().default(true),
});
export type AutoencoderKLConfig = z.infer<typeof autoencoderKLConfig>;

/** Input `sample` [1, 3, height, width] from -1 to 1, sides multiples of the factor; output `latent_mean` [1, channels, height / factor, width / factor]: the mode of the posterior. */
export const buildVaeEncoder = (config: AutoencoderKLConfig, weights: Weights, compute: ElementType): Buffer => {
  const graph = new GraphBuilder('vae-encoder', weights, compute);
  const model = new Layers(graph);
  const encoder = new AutoencoderHalf(config, model.scope('encoder'));
  let hidden = encoder.layers.conv2d('conv_in', graph.input('sample', 'float32', [1, 3, 'height', 'width']));
  config.block_out_channels.forEach((channels, at, { length }) => {
    const block = encoder.layers.scope(`down_blocks.${at}`);
    for (let layer = 0; layer < config.layers_per_block; layer += 1) hidden = encoder.resnet(block.scope(`resnets.${layer}`), hidden);
    // Padded on the right and at the bottom only.
    if (at < length - 1) hidden = block.conv2d('downsamplers.0.conv', hidden, { stride: 2, pads: [0, 0, 1, 1] });
  });
  hidden = encoder.normalisedOut(encoder.middle(hidden, config.block_out_channels.at(-1)!));
  // Of mean and variance only the mean is used, and it comes first.
  const mean = { from: 0, count: config.latent_channels };
  const quantised = config.use_quant_conv ? model.conv2d('quant_conv', encoder.layers.conv2d('conv_out', hidden), { pads: [0, 0, 0, 0], rows: mean }) : encoder.layers.conv2d('conv_out', hidden, { rows: mean });
  graph.output('latent_mean', quantised, 'float32', [1, config.latent_channels, 'latent_height', 'latent_width']);
  return graph.finish();
};

/** Input `latent` [1, channels, height, width]; output `image` [1, 3, height · factor, width · factor], -1 to 1 and a little beyond. */
export const buildVaeDecoder = (config: AutoencoderKLConfig, weights: Weights, compute: ElementType): Buffer => {
  const graph = new GraphBuilder('vae-decoder', weights, compute);
  const model = new Layers(graph);
  const decoder = new AutoencoderHalf(config, model.scope('decoder'));
  const channels = config.decoder_block_out_channels ?? config.block_out_channels;
  const latent = graph.input('latent', 'float32', [1, config.latent_channels, 'latent_height', 'latent_width']);
  let hidden = decoder.layers.conv2d('conv_in', config.use_post_quant_conv ? model.conv2d('post_quant_conv', latent, { pads: [0, 0, 0, 0] }) : latent);
  hidden = decoder.middle(hidden, channels.at(-1)!);
  channels.forEach((_, at, { length }) => {
    const block = decoder.layers.scope(`up_blocks.${at}`);
    for (let layer = 0; layer <= config.layers_per_block; layer += 1) hidden = decoder.resnet(block.scope(`resnets.${layer}`), hidden);
    if (at < length - 1) hidden = block.conv2d('upsamplers.0.conv', block.upsampleNearest(hidden));
  });
  graph.output('image', decoder.layers.conv2d('conv_out', decoder.normalisedOut(hidden)), 'float32', [1, 3, 'height', 'width']);
  return graph.finish();
};

/** What encoder and decoder have in common. */
class AutoencoderHalf {
  constructor(
    private readonly config: AutoencoderKLConfig,
    readonly layers: Layers,
  ) {}

  /** ResnetBlock2D; the shortcut has a convolution where the number of channels changes. */
  resnet(block: Layers, x: Value): Value {
    const normal = (name: string, hidden: Value): Value => block.silu(block.groupNorm(name, hidden, this.config.norm_num_groups, epsilon));
    const changed = block.conv2d('conv2', normal('norm2', block.conv2d('conv1', normal('norm1', x))));
    return block.add(block.has('conv_shortcut') ? block.conv2d('conv_shortcut', x, { pads: [0, 0, 0, 0] }) : x, changed);
  }

  /** UNetMidBlock2D. */
  middle(x: Value, channels: number): Value {
    const block = this.layers.scope('mid_block');
    const before = this.resnet(block.scope('resnets.0'), x);
    const attended = this.config.mid_block_add_attention ? this.attention(block.scope('attentions.0'), before, channels) : before;
    return this.resnet(block.scope('resnets.1'), attended);
  }

  normalisedOut(x: Value): Value {
    return this.layers.silu(this.layers.groupNorm('conv_norm_out', x, this.config.norm_num_groups, epsilon));
  }

  /** One head over all places. */
  private attention(block: Layers, x: Value, channels: number): Value {
    const places = block.transpose(block.reshape(block.groupNorm('group_norm', x, this.config.norm_num_groups, epsilon), [channels, -1]), [1, 0]);
    const [query, key, value] = ['to_q', 'to_k', 'to_v'].map((name) => block.reshape(block.linear(name, places), [1, -1, channels]));
    const attended = block.linear('to_out.0', block.reshape(block.attention(query!, key!, value!, 1), [-1, channels]));
    return block.add(x, block.reshapeAs(block.transpose(attended, [1, 0]), x));
  }
}
