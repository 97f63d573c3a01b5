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

/** How deep branches and loops may lie in one another. */
const depthMax = 8;

/** Reads the outline of an `.onnx` file (ModelProto of onnx.proto). Throws `RangeError` where it is none. */
export const readModel = (bytes: Buffer): ModelOutline => {
  const model = new Fields(bytes);
  const graph = model.message(7);
  const carried = new Set(graph.messages(5).map((tensor) => tensor.text(8)));
  const levels = [...levelsBelow(levelOf(graph)), ...model.messages(25).flatMap((body) => [...levelsBelow({ nodes: body.messages(7), tensors: [] })])];
  // Whether or not a tensor says that it uses them: the runtime is not asked to read that as we do.
  const places = levels.flatMap(({ tensors }) => tensors.flatMap((tensor) => tensor.messages(13)));
  return {
    // Before version 4 of the format, weights were listed as inputs too.
    inputs: graph.messages(11).map(readPort).filter(({ name }) => !carried.has(name)),
    outputs: graph.messages(12).map(readPort),
    locations: new Set(places.filter((place) => place.text(1) === 'location').map((place) => place.text(2))),
    domains: new Set(levels.flatMap(({ nodes }) => nodes.map((node) => node.text(7)))),
  };
};

/** What lies in a graph, but for the graphs that its nodes carry. */
interface Level {
  readonly nodes: readonly Fields[];
  readonly tensors: readonly Fields[];
}

const levelOf = (graph: Fields): Level => ({ nodes: graph.messages(1), tensors: [...graph.messages(5), ...graph.messages(15).flatMap(partsOfSparse)] });

/** Values and indices. */
const partsOfSparse = (tensor: Fields): Fields[] => [...tensor.messages(1), ...tensor.messages(2)];

/** A level with the tensors that its nodes carry, and those of branches and the bodies of loops below it. */
function* levelsBelow({ nodes, tensors }: Level, depth = 0): Generator<Level> {
  if (depth > depthMax) throw new RangeError('branches lie too deep');
  const attributes = nodes.flatMap((node) => node.messages(5));
  const within = (...fields: number[]) => attributes.flatMap((attribute) => fields.flatMap((field) => attribute.messages(field)));
  yield { nodes, tensors: [...tensors, ...within(5, 10), ...within(22, 23).flatMap(partsOfSparse)] };
  for (const body of within(6, 11)) yield* levelsBelow(levelOf(body), depth + 1);
}

const readPort = (port: Fields): ModelPort => {
  const tensor = port.message(2).message(1);
  const sides = tensor.message(2).messages(1).map((side) => side.integer(1));
  return { name: port.text(1), type: types[tensor.integer(1) ?? 0], shape: sides };
};
