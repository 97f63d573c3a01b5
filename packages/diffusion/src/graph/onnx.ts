import { ProtobufMessage } from './protobuf.js';

/** Element types that the graphs use, with their numbers in `TensorProto.DataType`. */
const elementTypes = { float32: 1, int64: 7, bool: 9, float16: 10, bfloat16: 16 } as const;
export type ElementType = keyof typeof elementTypes;
export const elementNumber = (type: ElementType): number => elementTypes[type];

/** A dimension is a number, or a name where it is known only when the graph runs. */
export type Dimension = number | string;

/** Attributes say whether a number is an integer or a float, as ONNX asks. */
export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] } | { readonly text: string };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A tensor of the graph: small ones carry their bytes, weights say where in which file theirs lie. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | { readonly path: string; readonly offset: number; readonly bytes: number };
}

export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Operator sets: ONNX's own, and the one of onnxruntime in which its fused attention and rotation are found. */
const opsets = [
  ['', 21],
  ['com.microsoft', 1],
] as const;
const irVersion = 10;

/** The bytes of an `.onnx` file (ModelProto of onnx.proto). */
export const encodeModel = (graph: Graph): Buffer => {
  const model = new ProtobufMessage().integer(1, irVersion).text(2, 'flux-context').message(7, graphProto(graph));
  for (const [domain, version] of opsets) model.message(8, new ProtobufMessage().text(1, domain).integer(2, version));
  return model.finish();
};

const graphProto = ({ name, nodes, initializers, inputs, outputs }: Graph): ProtobufMessage => {
  const graph = new ProtobufMessage();
  for (const node of nodes) graph.message(1, nodeProto(node));
  graph.text(2, name);
  for (const initializer of initializers) graph.message(5, tensorProto(initializer));
  for (const port of inputs) graph.message(11, valueInfoProto(port));
  for (const port of outputs) graph.message(12, valueInfoProto(port));
  return graph;
};

const nodeProto = ({ op, domain, inputs, outputs, attributes }: Node): ProtobufMessage => {
  const node = new ProtobufMessage();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, outputs[0]!).text(4, op);
  for (const [name, attribute] of Object.entries(attributes)) node.message(5, attributeProto(name, attribute));
  return domain === '' ? node : node.text(7, domain);
};

const attributeType = { float: 1, int: 2, text: 3, ints: 7 } as const;

const attributeProto = (name: string, attribute: Attribute): ProtobufMessage => {
  const proto = new ProtobufMessage().text(1, name);
  if ('float' in attribute) return proto.float(2, attribute.float).integer(20, attributeType.float);
  if ('int' in attribute) return proto.integer(3, attribute.int).integer(20, attributeType.int);
  if ('text' in attribute) return proto.text(4, attribute.text).integer(20, attributeType.text);
  for (const value of attribute.ints) proto.integer(8, value);
  return proto.integer(20, attributeType.ints);
};

const externalData = 1;

const tensorProto = ({ name, type, shape, data }: Initializer): ProtobufMessage => {
  const tensor = new ProtobufMessage();
  for (const side of shape) tensor.integer(1, side);
  tensor.integer(2, elementTypes[type]).text(8, name);
  if (data instanceof Uint8Array) return tensor.bytes(9, data);
  const place = { location: data.path, offset: String(data.offset), length: String(data.bytes) };
  for (const [key, value] of Object.entries(place)) tensor.message(13, new ProtobufMessage().text(1, key).text(2, value));
  return tensor.integer(14, externalData);
};

const valueInfoProto = ({ name, type, shape }: Port): ProtobufMessage => {
  const dimensions = new ProtobufMessage();
  for (const side of shape) dimensions.message(1, typeof side === 'number' ? new ProtobufMessage().integer(1, side) : new ProtobufMessage().text(2, side));
  const tensorType = new ProtobufMessage().integer(1, elementTypes[type]).message(2, dimensions);
  return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensorType));
};
