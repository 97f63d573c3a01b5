import { expect, it } from '@jest/globals';
import { regroup } from './regroup.js';

async function* of(...fragments: number[][]) {
  for (const fragment of fragments) yield Uint8Array.from(fragment);
}
const groups = async (source: AsyncIterable<Uint8Array>) => {
  const found: [number[], boolean][] = [];
  for await (const { bytes, last } of regroup(source, 2, 3)) found.push([[...bytes], last]);
  return found;
};

it('marks the last group even when it is full, and only that one', async () => {
  expect(await groups(of([1], [], [2, 3, 4, 5]))).toEqual([[[1, 2], false], [[3, 4, 5], true]]);
  expect(await groups(of([1, 2], [3, 4, 5, 6], []))).toEqual([[[1, 2], false], [[3, 4, 5], false], [[6], true]]);
  expect(await groups(of([1, 2]))).toEqual([[[1, 2], true]]);
  expect(await groups(of())).toEqual([[[], true]]);
});

it('overwrites what it held when the stream ends, early too, or breaks', async () => {
  const whole = regroup(of([1, 2], [3, 4]), 2, 3);
  const seen: Uint8Array[] = [];
  for await (const { bytes } of whole) seen.push(bytes);
  const early = regroup(of([1, 2], [3, 4]), 2, 3);
  seen.push((await early.next()).value!.bytes);
  await early.return(undefined);
  const broken = regroup((async function* () { yield* of([1, 2], [3]); throw new Error('gone'); })(), 2, 3);
  seen.push((await broken.next()).value!.bytes);
  await expect(broken.next()).rejects.toThrow('gone');
  expect(seen.length).toBe(4);
  for (const bytes of seen) expect([...bytes].every((byte) => byte === 0)).toBe(true);
});
