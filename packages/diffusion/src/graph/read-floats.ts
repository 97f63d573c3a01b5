import { openInside } from '../bundles/inside.js';
import { DiffusionError } from '../diffusion-error.js';
import { halfToFloat } from '../half.js';
import type { Weight } from './weights.js';

/** A vector of weights that is used outside the graph has at most this many numbers. */
const lengthMax = 65_536;

/** The values of a small tensor. Throws `model.weights` where it is large, is no vector, or holds a number that is none. */
export const readFloats = async (folder: string, { path, dtype, shape, offset, bytes }: Weight): Promise<Float32Array> => {
  if (shape.length !== 1 || shape[0]! > lengthMax || !(dtype in decoders)) throw new DiffusionError('model.weights');
  const file = await openInside(folder, path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
    const values = Float32Array.from({ length: shape[0]! }, (_, at) => decoders[dtype as keyof typeof decoders](buffer, at));
    if (bytesRead !== bytes || !values.every(Number.isFinite)) throw new DiffusionError('model.weights');
    return values;
  } finally {
    await file.close();
  }
};

const decoders = {
  F32: (bytes: Buffer, at: number): number => bytes.readFloatLE(4 * at),
  F16: (bytes: Buffer, at: number): number => halfToFloat(bytes.readUInt16LE(2 * at)),
  /** The upper half of a float32. */
  BF16: (bytes: Buffer, at: number): number => Buffer.from([0, 0, bytes[2 * at]!, bytes[2 * at + 1]!]).readFloatLE(),
};
