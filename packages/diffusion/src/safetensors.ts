import type { FileHandle } from 'node:fs/promises';

/** Bytes of one element of each dtype. Types below one byte are not read. */
export const dtypeBytes = {
  BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, U16: 2, I16: 2, F16: 2, BF16: 2, U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8,
} as const;
export type Dtype = keyof typeof dtypeBytes;

/** Where one tensor lies in its file; `offset` counts from the beginning of the file, as ONNX external data does. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

/** The tensors of a file by name, in the order of their bytes. */
export type TensorTable = ReadonlyMap<string, TensorEntry>;

/** Why a file is not read: its header, an element type that nobody knows, or tensors that do not lie where they should. */
export type SafetensorsFault = 'header' | 'dtype' | 'layout';

export class SafetensorsError extends Error {
  constructor(readonly fault: SafetensorsFault) {
    super(`The safetensors file has a faulty ${fault}.`);
    this.name = 'SafetensorsError';
  }
}

/** Limits of what a stranger's header may make us hold. The largest published ones are below 1 MB and 2,000 tensors. */
const headerBytesMax = 8 * 2 ** 20;
const tensorsMax = 65_536;
const rankMax = 8;
const lengthBytes = 8;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(dtypeBytes, value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parseEntry(name: string, value: unknown, dataOffset: number): TensorEntry {
  if (!isRecord(value)) throw new SafetensorsError('header');
  const { dtype, shape, data_offsets: span } = value;
  if (!isDtype(dtype)) throw new SafetensorsError('dtype');
  if (!Array.isArray(shape) || shape.length > rankMax || !shape.every(isCount)) throw new SafetensorsError('header');
  if (!Array.isArray(span) || span.length !== 2 || !span.every(isCount)) throw new SafetensorsError('header');
  const [begin, end] = span as [number, number];
  const bytes = shape.reduce((product, side) => product * side, dtypeBytes[dtype]);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) throw new SafetensorsError('layout');
  return { name, dtype, shape, offset: dataOffset + begin, bytes };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new SafetensorsError('header');
  }
}

/**
 * The tensors that a header (the JSON behind the eight bytes of its length) describes, in a file of `fileBytes`. They must fill the file
 * from the header to the end without gap or overlap, as the format asks: so a truncated file is seen before any weight is read.
 */
export function parseTensorTable(header: Uint8Array, fileBytes: number): TensorTable {
  const json = readJson(header);
  if (!isRecord(json)) throw new SafetensorsError('header');
  const named = Object.entries(json).filter(([name]) => name !== '__metadata__');
  if (named.length > tensorsMax) throw new SafetensorsError('header');
  const dataOffset = lengthBytes + header.length;
  const entries = named.map(([name, value]) => parseEntry(name, value, dataOffset)).toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let reached = dataOffset;
  for (const { offset, bytes } of entries) {
    if (offset !== reached) throw new SafetensorsError('layout');
    reached += bytes;
  }
  if (reached !== fileBytes) throw new SafetensorsError('layout');
  return new Map(entries.map((entry) => [entry.name, entry]));
}

async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, position);
  if (bytesRead !== length) throw new SafetensorsError('header');
  return buffer;
}

/** Reads and checks the header of an open file; the weights are not touched. Throws `SafetensorsError`. */
export async function readTensorTable(file: FileHandle): Promise<TensorTable> {
  const { size } = await file.stat();
  if (size < lengthBytes) throw new SafetensorsError('header');
  const length = Buffer.from(await readExactly(file, lengthBytes, 0)).readBigUInt64LE();
  if (length > headerBytesMax || Number(length) > size - lengthBytes) throw new SafetensorsError('header');
  return parseTensorTable(await readExactly(file, Number(length), lengthBytes), size);
}

/**
 * The beginning of a file that holds these tensors one after the other: length, JSON, and spaces up to a multiple of eight bytes. The
 * metadata says "pt", without which transformers refuses a file.
 */
export function formatTensorTable(tensors: readonly Pick<TensorEntry, 'name' | 'dtype' | 'shape'>[]): Uint8Array {
  let reached = 0;
  const spans = tensors.map(({ name, dtype, shape }) => {
    const begin = reached;
    reached += shape.reduce((product, side) => product * side, dtypeBytes[dtype]);
    return [name, { dtype, shape, data_offsets: [begin, reached] }] as const;
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries([['__metadata__', { format: 'pt' }], ...spans])), 'utf8');
  const head = Buffer.alloc(lengthBytes + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - lengthBytes));
  json.copy(head, lengthBytes);
  return head;
}
