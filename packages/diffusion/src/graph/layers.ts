import { DiffusionError } from '../diffusion-error.js';
import type { GraphBuilder, Rows, Value } from './graph-builder.js';
import type { ElementType } from './onnx.js';

/** Left, right and so on as ONNX orders them: top, left, bottom, right. */
type Pads = readonly [number, number, number, number];

/**
 * The layers of a network as torch names them, weights and biases found below a prefix of their names, so that a component reads
 * like the forward of the model it rebuilds. Sequences are matrices, [tokens, channels]; the batch is always one.
 */
export class Layers {
  constructor(
    readonly graph: GraphBuilder,
    private readonly prefix = '',
  ) {}

  /** The layers of a part: `scope('attn').linear('to_q', x)` uses `attn.to_q.weight`. */
  scope(name: string): Layers {
    return new Layers(this.graph, `${this.prefix}${name}.`);
  }

  has(name: string): boolean {
    return this.graph.weights.has(this.named(name, 'weight'));
  }

  /** x · Wᵀ, plus the bias where the model has one. `compute` where it must be another type than that of the graph. */
  linear(name: string, x: Value, { rows, compute: type = this.graph.compute }: { readonly rows?: Rows; readonly compute?: ElementType } = {}): Value {
    const weight = this.graph.weight(this.named(name, 'weight'), { rows, type });
    return this.graph.node('Gemm', [this.graph.cast(x, type), weight, this.bias(name, { rows, type })], { attributes: { transB: { int: 1 } } });
  }

  /**
   * One projection whose result is used in parts of these sizes. Its rows are multiplied part by part, straight from their place in
   * the file: the same products without the copying that splitting the result would cost.
   */
  linears(name: string, x: Value, sizes: readonly number[]): Value[] {
    const { shape } = this.graph.weights.get(this.named(name, 'weight'));
    if (shape[0] !== sizes.reduce((sum, size) => sum + size, 0)) throw new DiffusionError('model.weights');
    return sizes.map((count, at) => this.linear(name, x, { rows: { from: sizes.slice(0, at).reduce((sum, size) => sum + size, 0), count } }));
  }

  embedding(name: string, ids: Value): Value {
    const table = this.graph.weight(this.named(name, 'weight'));
    return this.graph.node('Gather', [table, ids], { attributes: { axis: { int: 0 } } });
  }

  /** Over the last axis. */
  rmsNorm(name: string, x: Value, epsilon: number): Value {
    const weight = this.graph.weight(this.named(name, 'weight'), { type: x.type });
    return this.graph.node('SimplifiedLayerNormalization', [x, weight], { attributes: { axis: { int: -1 }, epsilon: { float: epsilon }, stash_type: { int: 1 } } });
  }

  /** Over the last axis, with learnt scale and shift. */
  layerNorm(name: string, x: Value, epsilon: number): Value {
    const [scale, shift] = (['weight', 'bias'] as const).map((part) => this.graph.weight(this.named(name, part), { type: x.type }));
    return this.modulatedLayerNorm(x, scale!, shift!, epsilon);
  }

  conv2d(name: string, x: Value, { stride = 1, pads = [1, 1, 1, 1], rows }: { readonly stride?: number; readonly pads?: Pads; readonly rows?: Rows } = {}): Value {
    const weight = this.graph.weight(this.named(name, 'weight'), { rows });
    const attributes = { strides: { ints: [stride, stride] }, pads: { ints: pads } };
    return this.graph.node('Conv', [this.graph.cast(x, this.graph.compute), weight, this.bias(name, { rows })], { attributes });
  }

  /** Of [1, channels, height, width], each group of channels by its own mean and variance. */
  groupNorm(name: string, x: Value, groups: number, epsilon: number): Value {
    const { graph } = this;
    const perChannel = (part: 'weight' | 'bias'): Value => this.reshape(graph.weight(this.named(name, part), { type: x.type }), [-1, 1, 1]);
    const ones = graph.cast(graph.table(`ones[${groups}]`, new Float32Array(groups).fill(1)), x.type);
    const zeros = graph.cast(graph.table(`zeros[${groups}]`, new Float32Array(groups)), x.type);
    const grouped = this.reshape(x, [0, groups, -1]);
    const normal = graph.node('InstanceNormalization', [grouped, ones, zeros], { attributes: { epsilon: { float: epsilon } } });
    return this.add(this.multiply(this.reshapeAs(normal, x), perChannel('weight')), perChannel('bias'));
  }

  /** With scale and shift computed by the graph, as adaptive normalisation has them: both of the length of the last axis. */
  modulatedLayerNorm(x: Value, scale: Value, shift: Value, epsilon: number): Value {
    const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } };
    return this.graph.node('LayerNormalization', [x, this.graph.cast(scale, x.type), this.graph.cast(shift, x.type)], { attributes });
  }

  /**
   * Fused, so that no matrix of all tokens by all tokens is kept. Query, key and value are [1, tokens, heads · size]; `bias`, if
   * any, is [1, 1 or heads, tokens, tokens] and added to the scores, which are multiplied by `scale` before: 1 / √size if not said.
   */
  attention(query: Value, key: Value, value: Value, heads: number, { bias, scale }: { readonly bias?: Value; readonly scale?: number } = {}): Value {
    const [q, k, v] = [query, key, value].map((part) => this.graph.cast(part, this.graph.compute));
    const inputs = bias ? [q, k, v, undefined, undefined, this.graph.cast(bias, this.graph.compute)] : [q, k, v];
    return this.graph.node('MultiHeadAttention', inputs, { domain: 'com.microsoft', attributes: { num_heads: { int: heads }, ...(scale === undefined ? {} : { scale: { float: scale } }) } });
  }

  /** Rotates [1, tokens, heads · size] by the angles of each token; `cos` and `sin` are [tokens, size / 2]. Neighbours are pairs where `interleaved`, else halves. */
  rotary(x: Value, cos: Value, sin: Value, interleaved: boolean): Value {
    const inputs = [x, this.graph.integers([0]), this.graph.cast(cos, x.type), this.graph.cast(sin, x.type)];
    return this.graph.node('RotaryEmbedding', inputs, { domain: 'com.microsoft', attributes: { interleaved: { int: interleaved ? 1 : 0 } } });
  }

  /** Twice as high and wide, every sample four times. */
  upsampleNearest(x: Value): Value {
    const attributes = { mode: { text: 'nearest' }, coordinate_transformation_mode: { text: 'asymmetric' }, nearest_mode: { text: 'floor' } };
    return this.graph.node('Resize', [x, undefined, this.graph.table('twice', Float32Array.of(1, 1, 2, 2))], { attributes });
  }

  silu(x: Value): Value {
    return this.sigmoidUnit(x, 1);
  }

  /** CLIP's, x · sigmoid(1.702 x). */
  quickGelu(x: Value): Value {
    return this.sigmoidUnit(x, 1.702);
  }

  /** The approximation by a hyperbolic tangent. */
  geluTanh(x: Value): Value {
    return this.graph.node('Gelu', [x], { attributes: { approximate: { text: 'tanh' } } });
  }

  /** The sum in the type of the first, which is the residual stream. */
  add(x: Value, y: Value): Value {
    return this.graph.node('Add', [x, this.graph.cast(y, x.type)]);
  }

  multiply(x: Value, y: Value): Value {
    return this.graph.node('Mul', [x, this.graph.cast(y, x.type)]);
  }

  concat(parts: readonly Value[], axis: number): Value {
    return this.graph.node('Concat', parts, { attributes: { axis: { int: axis } } });
  }

  /** A side of 0 stays as it is, one of -1 takes what is left. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.graph.node('Reshape', [x, this.graph.integers(shape)]);
  }

  reshapeAs(x: Value, other: Value): Value {
    return this.graph.node('Reshape', [x, this.graph.node('Shape', [other], { type: 'int64' })]);
  }

  transpose(x: Value, axes: readonly number[]): Value {
    return this.graph.node('Transpose', [x], { attributes: { perm: { ints: axes } } });
  }

  /** How many rows a matrix has, as a list of one. */
  rowsOf(x: Value): Value {
    return this.graph.node('Shape', [x], { type: 'int64', attributes: { start: { int: 0 }, end: { int: 1 } } });
  }

  private sigmoidUnit(x: Value, alpha: number): Value {
    return this.graph.node('QuickGelu', [x], { domain: 'com.microsoft', attributes: { alpha: { float: alpha } } });
  }

  private bias(name: string, options: { readonly rows?: Rows | undefined; readonly type?: ElementType }): Value | undefined {
    const bias = this.named(name, 'bias');
    return this.graph.weights.has(bias) ? this.graph.weight(bias, options) : undefined;
  }

  private named(name: string, part: 'weight' | 'bias'): string {
    return `${this.prefix}${name}.${part}`;
  }
}
