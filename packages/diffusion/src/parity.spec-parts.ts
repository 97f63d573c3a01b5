import { appendFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RgbImage } from '@flux-context/picture';
import { expect } from '@jest/globals';
import { describeSource } from './bundles/families.js';
import type { Bundle } from './bundles/index.js';
import { SourceFolder } from './bundles/source-folder.js';
import { parseTensorTable } from './safetensors.js';
import type { Feed } from './sessions/ports.js';

/** The committed fixtures, or fresh ones of `tools/parity`. */
const freshFixtures = process.env['PARITY_FIXTURES'];
export const isFresh = freshFixtures !== undefined;
const fixtures = freshFixtures ?? fileURLToPath(new URL('../fixtures', import.meta.url));

/** Where `tools/parity` wants the differences, one line of JSON each. */
const differences = process.env['PARITY_DIFFERENCES'];

/** What was asked of the reference implementation. */
export interface ParityCase {
  readonly name: string;
  readonly bundle: string;
  readonly prompt: string;
  readonly negativePrompt: string | null;
  readonly steps: number;
  readonly guidance: number | null;
  readonly trueGuidance: number | null;
  readonly strength: number | null;
  readonly maxLength: number;
  readonly output: { readonly width: number; readonly height: number };
  readonly references: number;
}

export const parityCases = (bundle: string): ParityCase[] =>
  (JSON.parse(readFileSync(`${fixtures}/expected/cases.json`, 'utf8')) as { cases: ParityCase[] }).cases.filter((each) => each.bundle === bundle);

export interface Expected {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | BigInt64Array;
}

const arrays = { F32: Float32Array, F64: Float64Array, U8: Uint8Array, I64: BigInt64Array } as const;

/** Everything that the reference computed on the way to one picture, by name; `tools/parity/README.md` explains the names. */
export const readExpected = (name: string): { get(name: string): Expected; floats(name: string): Float32Array; has(name: string): boolean } => {
  const file = readFileSync(`${fixtures}/expected/${name}.safetensors`);
  const length = Number(file.readBigUInt64LE());
  const table = parseTensorTable(file.subarray(8, 8 + length), file.length);
  const get = (tensor: string): Expected => {
    const entry = table.get(tensor);
    if (!entry) throw new Error(`The fixture ${name} has no ${tensor}.`);
    const bytes = Uint8Array.from(file.subarray(entry.offset, entry.offset + entry.bytes));
    return { shape: entry.shape, data: new arrays[entry.dtype as keyof typeof arrays](bytes.buffer) };
  };
  return { get, floats: (tensor) => get(tensor).data as Float32Array, has: (tensor) => table.has(tensor) };
};

export const toRgbImage = ({ shape, data }: Expected): RgbImage => ({ height: shape[0]!, width: shape[1]!, data: data as Uint8Array });

/** The tiny bundle as it would be after its import, with the length of text that the fixtures were made with. */
export const fixtureBundle = async (name: string): Promise<Bundle> => {
  const folder = `${fixtures}/${name}`;
  return { folder, manifest: { ...(await describeSource(new SourceFolder(folder), name)), precision: 'published', files: [] } } as Bundle;
};

/** The weights of a network that is built from them, as those of the fixtures are. */
export const weightsOf = (network: object): string[] => {
  if (!('weights' in network)) throw new Error('This network was exported.');
  return network.weights as string[];
};

export interface Difference {
  /** Of the length, the largest single one, and relative to the root of the sum of squares. */
  readonly length: number;
  readonly max: number;
  readonly relative: number;
}

export const difference = (found: ArrayLike<number>, expected: ArrayLike<number>): Difference => {
  let [max, squares, total] = [0, 0, 0];
  for (let at = 0; at < expected.length; at += 1) {
    const apart = Math.abs(found[at]! - expected[at]!);
    max = apart <= max ? max : apart;
    squares += apart * apart;
    total += expected[at]! * expected[at]!;
  }
  return { length: found.length - expected.length, max, relative: Math.sqrt(squares / (total || 1)) };
};

export const shaped = ({ data, shape }: Expected): Feed => ({ data: data as Float32Array, shape });
export const join = (...arrays: Float32Array[]): Float32Array => {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) joined.set(array, (offset += array.length) - array.length);
  return joined;
};
/** Halves of pairs that the reference stores twice. */
export const onceEach = ({ data }: Expected): Float32Array => (data as Float32Array).filter((_, at) => at % 2 === 0);

/** At most that far off anywhere, and no more of it all than that. */
export const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>, max: number, relative = Infinity): void => {
  const apart = difference(found, expected);
  if (differences !== undefined) appendFileSync(differences, `${JSON.stringify({ test: expect.getState().currentTestName, ...apart, limit: max, relativeLimit: relative === Infinity ? null : relative })}\n`);
  expect(apart.length).toBe(0);
  expect(apart.max).toBeLessThanOrEqual(max);
  expect(apart.relative).toBeLessThanOrEqual(relative);
};
