import { expect, it } from '@jest/globals';
import { array, assert, asyncProperty, integer } from 'fast-check';
import { readEvents } from './event-stream.js';

const stream = ': hello\n\nevent: status\ndata: {"a":"é"}\n\nevent: other\ndata: no\n\nevent:status\r\ndata:one\r\ndata: two\r\n\r\ndata: unnamed\n\nevent: status\ndata: cut off';

async function read(bytes: Uint8Array, sizes: readonly number[]) {
  const found: string[] = [];
  const source = (async function* () {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  })();
  for await (const data of readEvents(source, 'status')) found.push(data);
  return found;
}

it('reads whole events of one name, however the bytes are cut', async () => {
  await assert(
    asyncProperty(array(integer({ min: 1, max: 30 }), { minLength: 1 }), async (sizes) => {
      expect(await read(new TextEncoder().encode(stream), sizes)).toEqual(['{"a":"é"}', 'one\ntwo']);
    }),
  );
});

it('refuses a line without end', async () => {
  await expect(read(new Uint8Array(70_000).fill(97), [1_000])).rejects.toThrow('too long');
});
