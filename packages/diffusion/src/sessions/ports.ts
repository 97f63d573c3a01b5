import { Tensor } from 'onnxruntime-node';
import type { Ports } from '../bundles/index.js';
import { floatToHalf, halfToFloat } from '../half.js';

type Port = Ports['output'];

/** Numbers and their shape, row by row. */
export interface Feed {
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

type Numbers = Float32Array | Uint16Array | Int32Array | BigInt64Array;

const conversions: Record<Port['type'], (data: Feed['data']) => Numbers> = {
  float32: (data) => (data instanceof Float32Array ? data : Float32Array.from(data, Number)),
  float16: (data) => Uint16Array.from(data as ArrayLike<number | bigint>, (value) => floatToHalf(Number(value))),
  int32: (data) => Int32Array.from(data as ArrayLike<number | bigint>, Number),
  int64: (data) => (data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt)),
};

/** A feed as an input wants it. `wipe` overwrites the copy that was made for it, if one was. Sides of one at the front are added or left out. */
export const toPort = ({ data, shape }: Feed, { type, rank }: Port): { tensor: Tensor; wipe(): void } => {
  const numbers = conversions[type](data);
  const sides = shape.length >= rank ? shape.slice(shape.length - rank) : [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
  const wipe = (): void => void (numbers !== data && new Uint8Array(numbers.buffer).fill(0));
  return { tensor: new Tensor(type, numbers, sides), wipe };
};

/** Room for an output of this shape, and its numbers when it was computed. */
export const roomFor = ({ type }: Port, shape: readonly number[]): { tensor: Tensor; read(): Float32Array; wipe(): void } => {
  const length = shape.reduce((product, side) => product * side, 1);
  const room = type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
  return {
    tensor: new Tensor(type === 'float16' ? 'float16' : 'float32', room, shape),
    read: () => (room instanceof Float32Array ? room : Float32Array.from(room, halfToFloat)),
    wipe: () => void room.fill(0),
  };
};
