import { Fields } from './fields.js';

/** `TensorProto.DataType` of the types that a port may have. */
const types: Readonly<Record<number, PortType>> = { 1: 'float32', 6: 'int32', 7: 'int64', 10: 'float16' };
export type PortType = 'float32' | 'float16' | 'int32' | 'int64';

/** An input or output. A side without a number is known only when the graph runs. */
export interface ModelPort {
  readonly name: string;
  /** Undefined: a type that nobody can feed. */
  readonly type: PortType | undefined;
  readonly shape: readonly (number | undefined)[];
}

/** What must be known of somebody else's graph before it is loaded. */
export interface ModelOutline {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  /** Files that hold its weights, as the graph names them. */
  readonly locations: ReadonlySet<string>;
  /** Where its operators come from; '' are ONNX's own. */
  readonly domains: ReadonlySet<string>;
}

const external = 1;

/** Reads the outline of an `.onnx` file (ModelProto of onnx.proto). Throws `RangeError` where it is none. */
export const readModel = (bytes: Buffer): ModelOutline => {
  const graph = new Fields(bytes).message(7);
  const initializers = graph.messages(5);
  const carried = new Set(initializers.map((tensor) => tensor.text(8)));
  const places = initializers.filter((tensor) => tensor.integer(14) === external).flatMap((tensor) => tensor.messages(13));
  return {
    // Before version 4 of the format, weights were listed as inputs too.
    inputs: graph.messages(11).map(readPort).filter(({ name }) => !carried.has(name)),
    outputs: graph.messages(12).map(readPort),
    locations: new Set(places.filter((place) => place.text(1) === 'location').map((place) => place.text(2))),
    domains: new Set(graph.messages(1).map((node) => node.text(7))),
  };
};

const readPort = (port: Fields): ModelPort => {
  const tensor = port.message(2).message(1);
  const sides = tensor.message(2).messages(1).map((side) => side.integer(1));
  return { name: port.text(1), type: types[tensor.integer(1) ?? 0], shape: sides };
};
