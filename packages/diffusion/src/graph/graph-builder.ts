import { DiffusionError } from '../diffusion-error.js';
import type { Dtype } from '../safetensors.js';
import { type Attributes, type Dimension, elementNumber, type ElementType, encodeModel, type Initializer, type Node, type Port } from './onnx.js';
import type { Weights } from './weights.js';

/** A tensor that flows through the graph, by the name of its edge. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
}

export interface NodeOptions {
  readonly attributes?: Attributes;
  readonly domain?: 'com.microsoft';
  /** Of the result, where it is not that of the first input. */
  readonly type?: ElementType;
}

/** Consecutive rows of a weight, [out, in] as torch stores it: the part of a fused projection that one wants. */
export interface Rows {
  readonly from: number;
  readonly count: number;
}

const elementTypeOf: Partial<Record<Dtype, ElementType>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/**
 * Collects the nodes of one network and writes them as an ONNX model whose weights stay where they were published: in the
 * safetensors files, by offset. `compute` is the type that matrix products are made in; weights of another type are converted
 * when the model is loaded.
 */
export class GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly inputs: Port[] = [];
  private readonly outputs: Port[] = [];
  private readonly casts = new Map<string, Value>();

  constructor(
    private readonly name: string,
    readonly weights: Weights,
    readonly compute: ElementType,
  ) {}

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.inputs.push({ name, type, shape });
    return { name, type };
  }

  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    this.outputs.push({ name, type, shape });
    this.nodes.push({ op: 'Identity', domain: '', inputs: [this.cast(value, type).name], outputs: [name], attributes: {} });
  }

  /** A node of one result. An absent optional input is `undefined`. */
  node(op: string, inputs: readonly (Value | undefined)[], options: NodeOptions = {}): Value {
    return this.nodeOfMany(op, inputs, 1, options)[0]!;
  }

  nodeOfMany(op: string, inputs: readonly (Value | undefined)[], count: number, { attributes = {}, domain, type }: NodeOptions = {}): Value[] {
    const number = this.nodes.length;
    const names = Array.from({ length: count }, (_, at) => `${op}_${number}${count > 1 ? `_${at}` : ''}`);
    this.nodes.push({ op, domain: domain ?? '', inputs: inputs.map((input) => input?.name ?? ''), outputs: names, attributes });
    return names.map((name) => ({ name, type: type ?? inputs[0]!.type }));
  }

  /** The same numbers in another type; the value itself where it has that type. Converted once, however often it is asked for. */
  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    const key = `${value.name}:${type}`;
    const known = this.casts.get(key);
    if (known) return known;
    const made = this.node('Cast', [value], { attributes: { to: { int: elementNumber(type) } }, type });
    this.casts.set(key, made);
    return made;
  }

  /** A list of integers, such as a shape. */
  integers(values: readonly number[]): Value {
    return this.constant(`int64[${values.join(',')}]`, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  integer(value: number): Value {
    return this.constant(`int64:${value}`, 'int64', [], BigInt64Array.of(BigInt(value)));
  }

  /** One number that takes part in sums and products with anything. */
  scalar(value: number, type: ElementType = 'float32'): Value {
    return this.cast(this.constant(`float32:${value}`, 'float32', [], Float32Array.of(value)), type);
  }

  /** A table that belongs to the architecture rather than to the weights. */
  table(name: string, values: Float32Array, shape: readonly number[] = [values.length]): Value {
    return this.constant(name, 'float32', shape, values);
  }

  /** A tensor of the safetensors files, or some of its rows, in the type that is asked for. Throws `model.weights`. */
  weight(name: string, { rows, type }: { readonly rows?: Rows | undefined; readonly type?: ElementType } = {}): Value {
    const weight = this.weights.get(name);
    const stored = elementTypeOf[weight.dtype];
    const [height = 0, ...rest] = weight.shape;
    const { from, count } = rows ?? { from: 0, count: height };
    if (stored === undefined || height === 0 || from + count > height) throw new DiffusionError('model.weights');
    const key = rows === undefined ? name : `${name}[${from}:${from + count}]`;
    if (!this.initializers.has(key)) {
      const rowBytes = weight.bytes / height;
      const data = { path: weight.path, offset: weight.offset + from * rowBytes, bytes: count * rowBytes };
      this.initializers.set(key, { name: key, type: stored, shape: [count, ...rest], data });
    }
    return this.cast({ name: key, type: stored }, type ?? this.compute);
  }

  finish(): Buffer {
    return encodeModel({ name: this.name, nodes: this.nodes, initializers: [...this.initializers.values()], inputs: this.inputs, outputs: this.outputs });
  }

  private constant(name: string, type: ElementType, shape: readonly number[], values: BigInt64Array | Float32Array): Value {
    if (!this.initializers.has(name)) this.initializers.set(name, { name, type, shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    return { name, type };
  }
}
