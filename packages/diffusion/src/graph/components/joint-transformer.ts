import { z } from 'zod';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { Layers } from '../layers.js';

export const count = z.int().min(1).max(2 ** 20);

/** What both have in their configuration. */
export const jointTransformerConfig = z.object({
  patch_size: z.literal(1).default(1),
  in_channels: count,
  out_channels: count.nullish(),
  num_layers: count.max(1024),
  num_single_layers: count.max(1024),
  attention_head_dim: count,
  num_attention_heads: count,
  joint_attention_dim: count,
});

/** The angles of a head are shared out among the axes of a position. */
export const sharesHead = ({ attention_head_dim, axes_dims_rope }: { readonly attention_head_dim: number; readonly axes_dims_rope: readonly number[] }): boolean =>
  axes_dims_rope.reduce((sum, side) => sum + side, 0) === attention_head_dim;

/** Shift, scale and gate of one sub-block; the scale has its 1 already. */
export interface Modulation {
  readonly shift: Value;
  readonly scale: Value;
  readonly gate: Value;
}

/** Rounded to float32 in the order of the reference implementation, as are all of these. */
const frequenciesOf = (half: number): Float32Array =>
  Float32Array.from({ length: half }, (_, at) => Math.exp(Math.fround(Math.fround(-Math.log(10_000)) * at) / half));

/**
 * What the transformers of FLUX.1 and FLUX.2 have in common: text and image as one sequence, text first, that attends to itself
 * with rotary positions, under adaptive normalisation.
 */
export abstract class JointTransformer {
  protected readonly model: Layers;
  protected readonly width: number;
  private readonly cos: Value;
  private readonly sin: Value;

  constructor(
    protected readonly graph: GraphBuilder,
    private readonly heads: number,
    private readonly headSize: number,
    protected readonly epsilon: number,
  ) {
    this.model = new Layers(graph);
    this.width = heads * headSize;
    this.cos = graph.input('rope_cos', 'float32', ['tokens', headSize / 2]);
    this.sin = graph.input('rope_sin', 'float32', ['tokens', headSize / 2]);
  }

  /** cos | sin of a number times 1000, in float32 whatever the rest is computed in, then two layers. */
  protected sinusoid(embedder: Layers, value: Value, channels: number): Value {
    const { graph, model } = this;
    const angles = model.multiply(model.multiply(value, graph.scalar(1000)), graph.table('time_proj', frequenciesOf(channels / 2), [1, channels / 2]));
    return this.twoLayers(embedder, model.concat([graph.node('Cos', [angles]), graph.node('Sin', [angles])], 1));
  }

  protected twoLayers(embedder: Layers, x: Value): Value {
    return embedder.linear('linear_2', embedder.silu(embedder.linear('linear_1', x)));
  }

  /** A projection of the time embedding, in sets of shift, scale and gate. */
  protected modulations(layers: Layers, name: string, temb: Value, sets: number): Modulation[] {
    const parts = layers.linears(name, temb, Array<number>(3 * sets).fill(this.width)).map((part) => this.vector(part));
    return Array.from({ length: sets }, (_, at) => ({ shift: parts[3 * at]!, scale: this.onePlus(parts[3 * at + 1]!), gate: parts[3 * at + 2]! }));
  }

  protected normalise(x: Value, { scale, shift }: Omit<Modulation, 'gate'>): Value {
    return this.model.modulatedLayerNorm(x, scale, shift, this.epsilon);
  }

  /** Each head of [tokens, width] by itself. */
  protected headNorm(attention: Layers, name: string, x: Value): Value {
    const heads = attention.reshape(x, [-1, this.heads, this.headSize]);
    return attention.reshape(attention.rmsNorm(name, heads, this.epsilon), [-1, this.width]);
  }

  /** Everything attends to everything. */
  protected attend(query: Value, key: Value, value: Value): Value {
    const { model } = this;
    const [q, k, v] = [query, key, value].map((part) => model.reshape(part, [1, -1, this.width]));
    const attended = model.attention(model.rotary(q!, this.cos, this.sin, true), model.rotary(k!, this.cos, this.sin, true), v!, this.heads);
    return model.reshape(attended, [-1, this.width]);
  }

  /** Text and image have their own weights, and attend to each other: what comes back for each. */
  protected attendJointly(attention: Layers, fromText: Value, fromImage: Value, lengths: Value): [Value, Value] {
    const join = (ofText: Value, ofImage: Value): Value => attention.concat([ofText, ofImage], 0);
    const query = join(this.headNorm(attention, 'norm_added_q', attention.linear('add_q_proj', fromText)), this.headNorm(attention, 'norm_q', attention.linear('to_q', fromImage)));
    const key = join(this.headNorm(attention, 'norm_added_k', attention.linear('add_k_proj', fromText)), this.headNorm(attention, 'norm_k', attention.linear('to_k', fromImage)));
    const value = join(attention.linear('add_v_proj', fromText), attention.linear('to_v', fromImage));
    const [toText, toImage] = this.split(this.attend(query, key, value), lengths);
    return [attention.linear('to_add_out', toText!), attention.linear('to_out.0', toImage!)];
  }

  /** The beginning of a residual stream: in float32 whatever the rest is computed in, because the sums outgrow float16. */
  protected embed(name: string, x: Value, channels: number): Value {
    return this.graph.cast(this.model.linear(name, this.model.reshape(x, [-1, channels])), 'float32');
  }

  /** What is added stays within what float16 holds, where that is what it was computed in. */
  protected residual(hidden: Value, { gate }: Modulation, change: Value): Value {
    const { graph, model } = this;
    const bounded = change.type === 'float16' ? graph.node('Clip', [change, graph.scalar(-65_504, 'float16'), graph.scalar(65_504, 'float16')]) : change;
    return model.add(hidden, model.multiply(bounded, gate));
  }

  /** The image rows of the joint sequence, normalised once more and brought to the channels of a token; [1, image tokens, channels]. */
  protected projectOut(joint: Value, temb: Value, lengths: Value, channels: number): Value {
    const { model } = this;
    const [scale, shift] = model.linears('norm_out.linear', temb, [this.width, this.width]).map((part) => this.vector(part));
    const normal = this.normalise(this.split(joint, lengths)[1]!, { scale: this.onePlus(scale!), shift: shift! });
    return model.reshape(model.linear('proj_out', normal), [1, -1, channels]);
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
