import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import type { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';
import { count, JointTransformer, jointTransformerConfig, type Modulation, sharesHead } from './joint-transformer.js';


/** `transformer/config.json` of a Flux2Transformer2DModel. Guidance embeddings (FLUX.2 dev) are not built. */
export const flux2TransformerConfig = jointTransformerConfig.extend({
  timestep_guidance_channels: count.default(256),
  mlp_ratio: z.number().positive().max(64).default(3),
  axes_dims_rope: z.array(z.int().min(2).multipleOf(2)).min(1).max(8),
  rope_theta: z.number().positive(),
  eps: z.number().positive().default(1e-6),
  guidance_embeds: z.literal(false),
}).refine(sharesHead);
export type Flux2TransformerConfig = z.infer<typeof flux2TransformerConfig>;

/**
 * Flux2Transformer2DModel. Inputs `hidden_states` [1, image tokens, channels], `encoder_hidden_states` [1, text tokens, joint],
 * `timestep` [1] (the noise level, 1 to 0), `rope_cos` and `rope_sin` [text + image tokens, head size / 2], text first; output
 * `noise_pred` of the shape of `hidden_states`. All float32 at the border.
 */
export const buildFlux2Transformer = (config: Flux2TransformerConfig, weights: Weights, compute: ElementType): Buffer =>
  new Flux2Transformer(config, new GraphBuilder('flux2-transformer', weights, compute)).build();

class Flux2Transformer extends JointTransformer {
  private readonly mlpWidth: number;

  constructor(
    private readonly config: Flux2TransformerConfig,
    graph: GraphBuilder,
  ) {
    super(graph, config.num_attention_heads, config.attention_head_dim, config.eps);
    this.mlpWidth = Math.trunc(this.width * config.mlp_ratio);
  }

  build(): Buffer {
    const { graph, model, config } = this;
    const sample = graph.input('hidden_states', 'float32', [1, 'image_tokens', config.in_channels]);
    const prompt = graph.input('encoder_hidden_states', 'float32', [1, 'text_tokens', config.joint_attention_dim]);
    const embedder = model.scope('time_guidance_embed.timestep_embedder');
    const temb = model.silu(this.sinusoid(embedder, graph.input('timestep', 'float32', [1]), config.timestep_guidance_channels));
    // All blocks of a kind share these, so they are computed once a step.
    const image = this.modulations(model, 'double_stream_modulation_img.linear', temb, 2);
    const text = this.modulations(model, 'double_stream_modulation_txt.linear', temb, 2);
    const [single] = this.modulations(model, 'single_stream_modulation.linear', temb, 1);

    let hidden = this.embed('x_embedder', sample, config.in_channels);
    let context = this.embed('context_embedder', prompt, config.joint_attention_dim);
    const lengths = model.concat([model.rowsOf(context), model.rowsOf(hidden)], 0);
    for (let at = 0; at < config.num_layers; at += 1) {
      [context, hidden] = this.doubleBlock(model.scope(`transformer_blocks.${at}`), [context, hidden], [text, image], lengths);
    }
    let joint = model.concat([context, hidden], 0);
    for (let at = 0; at < config.num_single_layers; at += 1) joint = this.singleBlock(model.scope(`single_transformer_blocks.${at}`), joint, single!);

    const channels = config.out_channels ?? config.in_channels;
    graph.output('noise_pred', this.projectOut(joint, temb, lengths, channels), 'float32', [1, 'image_tokens', channels]);
    return graph.finish();
  }

  /** Text and image have their own weights, and attend to each other. */
  private doubleBlock(block: Layers, [context, hidden]: readonly [Value, Value], [text, image]: readonly [Modulation[], Modulation[]], lengths: Value): [Value, Value] {
    const [toText, toImage] = this.attendJointly(block.scope('attn'), this.normalise(context, text[0]!), this.normalise(hidden, image[0]!), lengths);
    return [
      this.feedForward(block.scope('ff_context'), this.residual(context, text[0]!, toText), text[1]!),
      this.feedForward(block.scope('ff'), this.residual(hidden, image[0]!, toImage), image[1]!),
    ];
  }

  private feedForward(layers: Layers, hidden: Value, modulation: Modulation): Value {
    const [gate, up] = layers.linears('linear_in', this.normalise(hidden, modulation), [this.mlpWidth, this.mlpWidth]);
    return this.residual(hidden, modulation, layers.linear('linear_out', layers.multiply(layers.silu(gate!), up!)));
  }

  /** Attention and feed-forward side by side on the joint sequence, behind one projection in and one out. */
  private singleBlock(block: Layers, joint: Value, modulation: Modulation): Value {
    const attention = block.scope('attn');
    const [query, key, value, gate, up] = attention.linears('to_qkv_mlp_proj', this.normalise(joint, modulation), [this.width, this.width, this.width, this.mlpWidth, this.mlpWidth]);
    const attended = this.attend(this.headNorm(attention, 'norm_q', query!), this.headNorm(attention, 'norm_k', key!), value!);
    const mlp = block.multiply(block.silu(gate!), up!);
    return this.residual(joint, modulation, attention.linear('to_out', block.concat([attended, mlp], 1)));
  }
}
