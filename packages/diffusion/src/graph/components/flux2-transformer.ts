import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';

const count = z.int().min(1).max(2 ** 20);

/** `transformer/config.json` of a Flux2Transformer2DModel. Guidance embeddings (FLUX.2 dev) are not built. */
export const flux2TransformerConfig = z.object({
  patch_size: z.literal(1).default(1),
  in_channels: count,
  out_channels: count.nullish(),
  num_layers: count.max(1024),
  num_single_layers: count.max(1024),
  attention_head_dim: count,
  num_attention_heads: count,
  joint_attention_dim: count,
  timestep_guidance_channels: count.default(256),
  mlp_ratio: z.number().positive().max(64).default(3),
  axes_dims_rope: z.array(z.int().min(2).multipleOf(2)).min(1).max(8),
  rope_theta: z.number().positive(),
  eps: z.number().positive().default(1e-6),
  guidance_embeds: z.literal(false),
}).refine((config) => config.axes_dims_rope.reduce((sum, side) => sum + side, 0) === config.attention_head_dim);
export type Flux2TransformerConfig = z.infer<typeof flux2TransformerConfig>;

/**
 * Flux2Transformer2DModel. Inputs `hidden_states` [1, image tokens, channels], `encoder_hidden_states` [1, text tokens, joint],
 * `timestep` [1] (the noise level, 1 to 0), `rope_cos` and `rope_sin` [text + image tokens, head size / 2], text first; output
 * `noise_pred` of the shape of `hidden_states`. All float32 at the border.
 */
export const buildFlux2Transformer = (config: Flux2TransformerConfig, weights: Weights, compute: ElementType): Buffer =>
  new Flux2Transformer(config, new GraphBuilder('flux2-transformer', weights, compute)).build();

/** Shift, scale and gate of one sub-block; the scale has its 1 already. */
interface Modulation {
  readonly shift: Value;
  readonly scale: Value;
  readonly gate: Value;
}

class Flux2Transformer {
  private readonly model: Layers;
  private readonly width: number;
  private readonly mlpWidth: number;
  private readonly cos: Value;
  private readonly sin: Value;

  constructor(
    private readonly config: Flux2TransformerConfig,
    private readonly graph: GraphBuilder,
  ) {
    this.model = new Layers(graph);
    this.width = config.num_attention_heads * config.attention_head_dim;
    this.mlpWidth = Math.trunc(this.width * config.mlp_ratio);
    this.cos = graph.input('rope_cos', 'float32', ['tokens', config.attention_head_dim / 2]);
    this.sin = graph.input('rope_sin', 'float32', ['tokens', config.attention_head_dim / 2]);
  }

  build(): Buffer {
    const { graph, model, config } = this;
    const sample = graph.input('hidden_states', 'float32', [1, 'image_tokens', config.in_channels]);
    const prompt = graph.input('encoder_hidden_states', 'float32', [1, 'text_tokens', config.joint_attention_dim]);
    const temb = model.silu(this.timeEmbedding(graph.input('timestep', 'float32', [1])));
    const image = this.modulations('double_stream_modulation_img', temb, 2);
    const text = this.modulations('double_stream_modulation_txt', temb, 2);
    const [single] = this.modulations('single_stream_modulation', temb, 1);

    let hidden = model.linear('x_embedder', model.reshape(sample, [-1, config.in_channels]));
    let context = model.linear('context_embedder', model.reshape(prompt, [-1, config.joint_attention_dim]));
    const lengths = model.concat([model.rowsOf(context), model.rowsOf(hidden)], 0);
    for (let at = 0; at < config.num_layers; at += 1) {
      [context, hidden] = this.doubleBlock(model.scope(`transformer_blocks.${at}`), [context, hidden], [text, image], lengths);
    }
    let joint = model.concat([context, hidden], 0);
    for (let at = 0; at < config.num_single_layers; at += 1) joint = this.singleBlock(model.scope(`single_transformer_blocks.${at}`), joint, single!);

    const [scale, shift] = model.linears('norm_out.linear', temb, [this.width, this.width]).map((part) => this.vector(part));
    const normal = model.modulatedLayerNorm(this.split(joint, lengths)[1]!, this.onePlus(scale!), shift!, config.eps);
    const channels = config.out_channels ?? config.in_channels;
    graph.output('noise_pred', model.reshape(model.linear('proj_out', normal), [1, -1, channels]), 'float32', [1, 'image_tokens', channels]);
    return graph.finish();
  }

  /** cos | sin of the noise level times 1000, in float32 whatever the rest is computed in, then two layers. */
  private timeEmbedding(timestep: Value): Value {
    const { graph, model, config } = this;
    const half = config.timestep_guidance_channels / 2;
    const frequencies = Float32Array.from({ length: half }, (_, at) => Math.exp(Math.fround(Math.fround(-Math.log(10_000)) * at) / half));
    const angles = model.multiply(model.multiply(timestep, graph.scalar(1000)), graph.table('time_proj', frequencies, [1, half]));
    const projected = model.concat([graph.node('Cos', [angles]), graph.node('Sin', [angles])], 1);
    const embedder = model.scope('time_guidance_embed.timestep_embedder');
    return embedder.linear('linear_2', model.silu(embedder.linear('linear_1', projected)));
  }

  /** All blocks of a kind share these, so they are computed once a step. */
  private modulations(name: string, temb: Value, sets: number): Modulation[] {
    const parts = this.model.linears(`${name}.linear`, temb, Array<number>(3 * sets).fill(this.width)).map((part) => this.vector(part));
    return Array.from({ length: sets }, (_, at) => ({ shift: parts[3 * at]!, scale: this.onePlus(parts[3 * at + 1]!), gate: parts[3 * at + 2]! }));
  }

  /** Text and image have their own weights, and attend to each other. */
  private doubleBlock(block: Layers, [context, hidden]: readonly [Value, Value], [text, image]: readonly [Modulation[], Modulation[]], lengths: Value): [Value, Value] {
    const attention = block.scope('attn');
    const { eps } = this.config;
    const fromText = block.modulatedLayerNorm(context, text[0]!.scale, text[0]!.shift, eps);
    const fromImage = block.modulatedLayerNorm(hidden, image[0]!.scale, image[0]!.shift, eps);
    const join = (ofText: Value, ofImage: Value): Value => block.concat([ofText, ofImage], 0);
    const query = join(this.headNorm(attention, 'norm_added_q', attention.linear('add_q_proj', fromText)), this.headNorm(attention, 'norm_q', attention.linear('to_q', fromImage)));
    const key = join(this.headNorm(attention, 'norm_added_k', attention.linear('add_k_proj', fromText)), this.headNorm(attention, 'norm_k', attention.linear('to_k', fromImage)));
    const value = join(attention.linear('add_v_proj', fromText), attention.linear('to_v', fromImage));
    const [toText, toImage] = this.split(this.attend(query, key, value), lengths);

    return [
      this.feedForward(block, 'ff_context', this.residual(context, text[0]!, attention.linear('to_add_out', toText!)), text[1]!),
      this.feedForward(block, 'ff', this.residual(hidden, image[0]!, attention.linear('to_out.0', toImage!)), image[1]!),
    ];
  }

  /** Attention and feed-forward side by side on the joint sequence, behind one projection in and one out. */
  private singleBlock(block: Layers, joint: Value, modulation: Modulation): Value {
    const attention = block.scope('attn');
    const normal = block.modulatedLayerNorm(joint, modulation.scale, modulation.shift, this.config.eps);
    const [query, key, value, gate, up] = attention.linears('to_qkv_mlp_proj', normal, [this.width, this.width, this.width, this.mlpWidth, this.mlpWidth]);
    const attended = this.attend(this.headNorm(attention, 'norm_q', query!), this.headNorm(attention, 'norm_k', key!), value!);
    const mlp = block.multiply(block.silu(gate!), up!);
    return this.residual(joint, modulation, attention.linear('to_out', block.concat([attended, mlp], 1)));
  }

  private feedForward(block: Layers, name: string, hidden: Value, modulation: Modulation): Value {
    const normal = block.modulatedLayerNorm(hidden, modulation.scale, modulation.shift, this.config.eps);
    const [gate, up] = block.linears(`${name}.linear_in`, normal, [this.mlpWidth, this.mlpWidth]);
    return this.residual(hidden, modulation, block.linear(`${name}.linear_out`, block.multiply(block.silu(gate!), up!)));
  }

  /** Kept within what float16 can hold, where that is what it is computed in. */
  private residual(hidden: Value, { gate }: Modulation, change: Value): Value {
    const sum = this.model.add(hidden, this.model.multiply(change, gate));
    if (sum.type !== 'float16') return sum;
    return this.graph.node('Clip', [sum, this.graph.scalar(-65_504, 'float16'), this.graph.scalar(65_504, 'float16')]);
  }

  /** Each head of [tokens, width] by itself. */
  private headNorm(attention: Layers, name: string, x: Value): Value {
    const heads = attention.reshape(x, [-1, this.config.num_attention_heads, this.config.attention_head_dim]);
    return attention.reshape(attention.rmsNorm(name, heads, this.config.eps), [-1, this.width]);
  }

  private attend(query: Value, key: Value, value: Value): Value {
    const { model } = this;
    const [q, k, v] = [query, key, value].map((part) => model.reshape(part, [1, -1, this.width]));
    const attended = model.attention(model.rotary(q!, this.cos, this.sin, true), model.rotary(k!, this.cos, this.sin, true), v!, this.config.num_attention_heads);
    return model.reshape(attended, [-1, this.width]);
  }

  /** The text rows and the image rows of the joint sequence. */
  private split(joint: Value, lengths: Value): Value[] {
    return this.graph.nodeOfMany('Split', [joint, lengths], 2, { attributes: { axis: { int: 0 } } });
  }

  private vector(row: Value): Value {
    return this.model.reshape(row, [-1]);
  }

  private onePlus(scale: Value): Value {
    return this.model.add(scale, this.graph.scalar(1, scale.type));
  }
}
