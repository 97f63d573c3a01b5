import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatTensorTable, parseTensorTable, readTensorTable } from './safetensors.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flux-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readBytes(bytes: Uint8Array) {
  const name = path.join(folder, 'weights.safetensors');
  await writeFile(name, bytes);
  const file = await open(name);
  try {
    return await readTensorTable(file);
  } finally {
    await file.close();
  }
}

/** A file with this header and this many bytes of data; `length` is what it claims for its header. */
function fileOf(header: string, dataBytes: number, length = Buffer.byteLength(header)): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([head, Buffer.from(header), Buffer.alloc(dataBytes)]);
}
const tensor = (begin: number, end: number, more: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [begin, end], ...more });
const table = (tensors: object) => JSON.stringify(tensors);

describe('a safetensors file', () => {
  it('is read as it was written, with offsets from the beginning of the file', async () => {
    const head = formatTensorTable([{ name: 'a', dtype: 'BF16', shape: [2, 3] }, { name: 'b', dtype: 'F32', shape: [] }, { name: 'empty', dtype: 'F16', shape: [0, 4] }]);
    expect(head.length % 8).toBe(0);
    expect([...(await readBytes(Buffer.concat([head, Buffer.alloc(16)]))).values()]).toEqual([
      { name: 'a', dtype: 'BF16', shape: [2, 3], offset: head.length, bytes: 12 },
      { name: 'b', dtype: 'F32', shape: [], offset: head.length + 12, bytes: 4 },
      { name: 'empty', dtype: 'F16', shape: [0, 4], offset: head.length + 16, bytes: 0 },
    ]);
  });

  it('gives its tensors in the order of their bytes, whatever the order of names, and leaves the metadata out', () => {
    const header = Buffer.from(table({ __metadata__: { format: 'pt' }, second: tensor(8, 16), first: tensor(0, 8) }));
    expect([...parseTensorTable(header, 8 + header.length + 16).keys()]).toEqual(['first', 'second']);
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'header'],
    ['a header that is longer than the file', fileOf('{}', 0, 3), 'header'],
    ['a header of 2^63 bytes', Buffer.from('00000000000000807b7d', 'hex'), 'header'],
    ['a header that is larger than anybody needs', fileOf('{}', 9 * 2 ** 20, 9 * 2 ** 20), 'header'],
    ['a header that is not JSON', fileOf('{"a":', 0), 'header'],
    ['a header that is not UTF-8', fileOf('{"\u0000":0}', 0).fill(0xff, 10, 11), 'header'],
    ['a list', fileOf('[]', 0), 'header'],
    ['a tensor that is a number', fileOf('{"a":1}', 0), 'header'],
    ['a negative side', fileOf(table({ a: tensor(0, 8, { shape: [-2] }) }), 8), 'header'],
    ['half a side', fileOf(table({ a: tensor(0, 8, { shape: [0.5] }) }), 8), 'header'],
    ['a shape of many axes', fileOf(table({ a: tensor(0, 8, { shape: Array(9).fill(1) }) }), 8), 'header'],
    ['a shape beyond every memory', fileOf(table({ a: tensor(0, 8, { shape: [2 ** 40, 2 ** 40] }) }), 8), 'layout'],
    ['a shape that does not go with its bytes', fileOf(table({ a: tensor(0, 8, { shape: [3] }) }), 8), 'layout'],
    ['offsets that run backwards', fileOf(table({ a: tensor(8, 0) }), 8), 'layout'],
    ['tensors that overlap', fileOf(table({ a: tensor(0, 8), b: tensor(4, 12) }), 12), 'layout'],
    ['a gap between tensors', fileOf(table({ a: tensor(0, 8), b: tensor(12, 20) }), 20), 'layout'],
    ['bytes that no tensor owns', fileOf(table({ a: tensor(0, 8) }), 9), 'layout'],
    ['a truncated end', fileOf(table({ a: tensor(0, 8) }), 7), 'layout'],
    ['an unknown dtype', fileOf(table({ a: tensor(0, 8, { dtype: 'F6' }) }), 8), 'dtype'],
    ['a dtype named like a built-in property', fileOf(table({ a: tensor(0, 8, { dtype: 'constructor' }) }), 8), 'dtype'],
  ])('is refused: %s', async (_title, bytes, fault) => {
    await expect(readBytes(bytes)).rejects.toMatchObject({ fault });
  });

  it('may name a tensor like a built-in property', async () => {
    const bytes = fileOf('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8);
    expect([...(await readBytes(bytes)).keys()]).toEqual(['__proto__']);
  });
});
