import type { FileHandle } from 'node:fs/promises';
import { roundToEven } from '../half.js';
import { formatTensorTable, type TensorEntry, type TensorTable } from '../safetensors.js';
import { BundleError } from './bundle-error.js';
import { openInside } from './inside.js';
import type { Following } from './read-bundle.js';

/** BF16 has eight exponent bits and seven of mantissa; F16 five and ten. */
const bf16 = { bias: 127, mantissaBits: 7 };
const f16 = { bias: 15, mantissaBits: 10, exponentMax: 15, exponentMin: -14, unit: 2 ** -24 };
/** From here on (without its sign) a bit pattern is infinite or no number. */
const notFinite = { BF16: 0x7f80, F16: 0x7c00, F32: 0x7f80_0000 } as const;
/** The first BF16 pattern that F16 cannot hold: 65,536. */
const overflowing = 0x4780;

/** The F16 pattern nearest to a finite BF16 pattern below 65,536: exact, except where F16 has fewer bits because the value is below 2^-14. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000;
  const exponent = ((bits >> bf16.mantissaBits) & 0xff) - bf16.bias;
  const mantissa = bits & 0x7f;
  if (exponent > f16.exponentMax) return sign | notFinite.F16;
  if (exponent >= f16.exponentMin) return sign | ((exponent + f16.bias) << f16.mantissaBits) | (mantissa << (f16.mantissaBits - bf16.mantissaBits));
  return sign | roundToEven(((128 + mantissa) * 2 ** (exponent - bf16.mantissaBits)) / f16.unit);
}

const halves = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => halfOf(bits));

/** What writing BF16 anew as F16 did. */
export interface Conversion {
  /** Tensors that were written as F16. */
  readonly tensors: number;
  /** Tensors that hold values beyond 65,504 and were written as F32, so that nothing is clipped. */
  readonly widened: number;
  /** Values below 2^-25 that became zero. */
  readonly flushed: number;
}

export const unconverted: Conversion = { tensors: 0, widened: 0, flushed: 0 };
export const addConversions = (a: Conversion, b: Conversion): Conversion => ({ tensors: a.tensors + b.tensors, widened: a.widened + b.widened, flushed: a.flushed + b.flushed });

/** Reads a tensor in pieces that hold whole elements and are aligned for them. A piece is good only until the next one is asked for. */
async function* readTensor(file: FileHandle, path: string, { offset, bytes }: TensorEntry, { onBytes, signal }: Following): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(4 * 2 ** 20, bytes));
  for (let at = 0; at < bytes; ) {
    signal?.throwIfAborted();
    const length = Math.min(buffer.length, bytes - at);
    const { bytesRead } = await file.read(buffer, 0, length, offset + at);
    if (bytesRead !== length) throw new BundleError('bundle.weights', path);
    yield buffer.subarray(0, length);
    at += length;
    onBytes?.(length);
  }
}

const words16 = ({ buffer, byteOffset, length }: Uint8Array) => new Uint16Array(buffer, byteOffset, length / 2);
const words32 = ({ buffer, byteOffset, length }: Uint8Array) => new Uint32Array(buffer, byteOffset, length / 4);

/** How often each 16-bit pattern occurs, taken together with its negative: one pass over many values, so that the rest is about 32,768. */
function tally(words: Uint16Array): Uint32Array {
  const counts = new Uint32Array(0x8000);
  for (let at = 0; at < words.length; at += 1) counts[words[at]! & 0x7fff]! += 1;
  return counts;
}

function greatest32(words: Uint32Array): number {
  let most = 0;
  for (let at = 0; at < words.length; at += 1) most = Math.max(most, words[at]! & 0x7fff_ffff);
  return most;
}

/** The greatest pattern without its sign, and for BF16 the values that F16 rounds to zero. */
function inspect(piece: Uint8Array, dtype: keyof typeof notFinite): { most: number; lost: number } {
  if (dtype === 'F32') return { most: greatest32(words32(piece)), lost: 0 };
  const counts = tally(words16(piece));
  const most = Math.max(counts.findLastIndex((count) => count > 0), 0);
  return { most, lost: dtype === 'BF16' ? counts.reduce((sum, count, bits) => (bits > 0 && halves[bits] === 0 ? sum + count : sum), 0) : 0 };
}

/** What must be known of a file of weights before it is written: which tensors F16 cannot hold, and what it would round to zero. */
export interface Survey {
  readonly table: TensorTable;
  readonly wide: ReadonlySet<string>;
  readonly flushed: number;
}

/** Looks at every weight of a file. Throws `bundle.not_finite` where one is infinite or no number, and `bundle.weights`. */
export async function surveyWeights(folder: string, path: string, table: TensorTable, following: Following = {}): Promise<Survey> {
  const file = await openInside(folder, path);
  const wide = new Set<string>();
  let flushed = 0;
  try {
    for (const entry of table.values()) {
      if (entry.dtype !== 'BF16' && entry.dtype !== 'F16' && entry.dtype !== 'F32') continue;
      let lost = 0;
      for await (const piece of readTensor(file, path, entry, following)) {
        const seen = inspect(piece, entry.dtype);
        if (seen.most >= notFinite[entry.dtype]) throw new BundleError('bundle.not_finite', path);
        if (entry.dtype === 'BF16' && seen.most >= overflowing) wide.add(entry.name);
        lost += seen.lost;
      }
      if (!wide.has(entry.name)) flushed += lost;
    }
  } finally {
    await file.close();
  }
  return { table, wide, flushed };
}

export const hasBf16 = (table: TensorTable): boolean => [...table.values()].some(({ dtype }) => dtype === 'BF16');

export function conversionOf({ table, wide, flushed }: Survey): Conversion {
  const converted = [...table.values()].filter(({ dtype }) => dtype === 'BF16').length;
  return { tensors: converted - wide.size, widened: wide.size, flushed };
}

function toHalf(piece: Uint8Array): Uint8Array {
  const words = words16(piece);
  for (let at = 0; at < words.length; at += 1) words[at] = halves[words[at]!]!;
  return piece;
}
const toFloat = (piece: Uint8Array): Uint8Array => new Uint8Array(Uint32Array.from(words16(piece), (bits) => bits << 16).buffer);

/**
 * The same file with its BF16 tensors as F16, or as F32 where F16 cannot hold them; all else as it is. Needs memory for one piece only.
 * The byte order of the format and of every platform that the runtime has is little-endian.
 */
export async function* writeAsHalf(folder: string, path: string, { table, wide }: Survey, following: Following = {}): AsyncGenerator<Uint8Array> {
  const entries = [...table.values()];
  yield formatTensorTable(entries.map(({ name, dtype, shape }) => ({ name, shape, dtype: dtype !== 'BF16' ? dtype : wide.has(name) ? 'F32' : 'F16' })));
  const file = await openInside(folder, path);
  try {
    for (const entry of entries) {
      const convert = entry.dtype !== 'BF16' ? (piece: Uint8Array) => piece : wide.has(entry.name) ? toFloat : toHalf;
      for await (const piece of readTensor(file, path, entry, following)) yield convert(piece);
    }
  } finally {
    await file.close();
  }
}
