import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import type { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';
import { count, JointTransformer, jointTransformerConfig, sharesHead } from './joint-transformer.js';

const sinusoidChannels = 256;

/** `transformer/config.json` of a FluxTransformer2DModel, with guidance embeddings (FLUX.1 dev) or without. */
export const fluxTransformerConfig = jointTransformerConfig.extend({
  pooled_projection_dim: count,
  guidance_embeds: z.boolean().default(false),
  axes_dims_rope: z.array(z.int().min(2).multipleOf(2)).length(3).default([16, 56, 56]),
}).refine(sharesHead);
export type FluxTransformerConfig = z.infer<typeof fluxTransformerConfig>;

/** Fixed in the reference implementation. */
export const fluxRopeTheta = 10_000;

/**
 * FluxTransformer2DModel. Inputs `hidden_states` [1, image tokens, channels], `encoder_hidden_states` [1, text tokens, joint],
 * `pooled_projections` [1, pooled], `timestep` [1] (the noise level, 1 to 0), `guidance` [1] where the model has it, `rope_cos` and
 * `rope_sin` [text + image tokens, head size / 2], text first; output `noise_pred` of the shape of `hidden_states`. All float32
 * at the border.
 */
export const buildFluxTransformer = (config: FluxTransformerConfig, weights: Weights, compute: ElementType): Buffer =>
  new FluxTransformer(config, new GraphBuilder('flux-transformer', weights, compute)).build();

class FluxTransformer extends JointTransformer {
  constructor(
    private readonly config: FluxTransformerConfig,
    graph: GraphBuilder,
  ) {
    super(graph, config.num_attention_heads, config.attention_head_dim, 1e-6);
  }

  build(): Buffer {
    const { graph, model, config } = this;
    const sample = graph.input('hidden_states', 'float32', [1, 'image_tokens', config.in_channels]);
    const prompt = graph.input('encoder_hidden_states', 'float32', [1, 'text_tokens', config.joint_attention_dim]);
    const temb = model.silu(this.embedding());
    let hidden = this.embed('x_embedder', sample, config.in_channels);
    let context = this.embed('context_embedder', prompt, config.joint_attention_dim);
    const lengths = model.concat([model.rowsOf(context), model.rowsOf(hidden)], 0);
    for (let at = 0; at < config.num_layers; at += 1) {
      [context, hidden] = this.doubleBlock(model.scope(`transformer_blocks.${at}`), [context, hidden], temb, lengths);
    }
    let joint = model.concat([context, hidden], 0);
    for (let at = 0; at < config.num_single_layers; at += 1) joint = this.singleBlock(model.scope(`single_transformer_blocks.${at}`), joint, temb);

    const channels = config.out_channels ?? config.in_channels;
    graph.output('noise_pred', this.projectOut(joint, temb, lengths, channels), 'float32', [1, 'image_tokens', channels]);
    return graph.finish();
  }

  /** Noise level, guidance and the pooled prompt, in one vector. */
  private embedding(): Value {
    const { graph, model, config } = this;
    const embed = model.scope('time_text_embed');
    const time = this.sinusoid(embed.scope('timestep_embedder'), graph.input('timestep', 'float32', [1]), sinusoidChannels);
    const guided = config.guidance_embeds ? model.add(time, this.sinusoid(embed.scope('guidance_embedder'), graph.input('guidance', 'float32', [1]), sinusoidChannels)) : time;
    return model.add(guided, this.twoLayers(embed.scope('text_embedder'), graph.input('pooled_projections', 'float32', [1, config.pooled_projection_dim])));
  }

  /** Text and image have their own weights, and attend to each other. */
  private doubleBlock(block: Layers, [context, hidden]: readonly [Value, Value], temb: Value, lengths: Value): [Value, Value] {
    const image = this.modulations(block, 'norm1.linear', temb, 2);
    const text = this.modulations(block, 'norm1_context.linear', temb, 2);
    const [toText, toImage] = this.attendJointly(block.scope('attn'), this.normalise(context, text[0]!), this.normalise(hidden, image[0]!), lengths);
    const [ofText, ofImage] = [this.residual(context, text[0]!, toText), this.residual(hidden, image[0]!, toImage)];
    return [
      this.residual(ofText, text[1]!, this.feedForward(block.scope('ff_context'), this.normalise(ofText, text[1]!))),
      this.residual(ofImage, image[1]!, this.feedForward(block.scope('ff'), this.normalise(ofImage, image[1]!))),
    ];
  }

  private feedForward(layers: Layers, x: Value): Value {
    return layers.linear('net.2', layers.geluTanh(layers.linear('net.0.proj', x)));
  }

  /** Attention and feed-forward side by side on the joint sequence, behind one projection out. */
  private singleBlock(block: Layers, joint: Value, temb: Value): Value {
    const attention = block.scope('attn');
    const [modulation] = this.modulations(block, 'norm.linear', temb, 1);
    const normal = this.normalise(joint, modulation!);
    const [query, key, value] = ['to_q', 'to_k', 'to_v'].map((name) => attention.linear(name, normal));
    const attended = this.attend(this.headNorm(attention, 'norm_q', query!), this.headNorm(attention, 'norm_k', key!), value!);
    const mlp = block.geluTanh(block.linear('proj_mlp', normal));
    return this.residual(joint, modulation!, block.linear('proj_out', block.concat([attended, mlp], 1)));
  }
}
