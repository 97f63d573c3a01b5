import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { EnvelopeError } from './envelope-error.js';
import { openChunks, openPart, sealPart, type PartId } from './part.js';
import { generatePoolKeyPair, openFrom, sealTo } from './pool-key.js';

const secret = randomBytes(32);
const id: PartId = { editId: 'edt_1', part: 'image', direction: 'request' };
const header = 33;
const chunk = 65_536;
const sealedChunk = chunk + 16;
/** Four chunks, the last one short. */
const plain = randomBytes(3 * chunk + 1_000);
const sealed = sealPart(secret, id, plain);
const chunks = [0, 1, 2, 3].map((i) => sealed.subarray(header + i * sealedChunk, header + (i + 1) * sealedChunk));
const join = (...parts: (Uint8Array | undefined)[]) => Buffer.concat([sealed.subarray(0, header), ...parts.map((part) => part!)]);

/** Both ways of opening must refuse, and whatever the stream released before must be a true beginning, in whole chunks. */
async function expectRefused(bytes: Uint8Array, wholeChunks: number, openedAs: PartId = id, openedUnder: Uint8Array = secret) {
  expect(() => openPart(openedUnder, openedAs, bytes)).toThrow(new EnvelopeError('envelope.damaged'));
  const released: Uint8Array[] = [];
  const reading = (async () => {
    for await (const piece of openChunks(openedUnder, openedAs, (async function* () { yield bytes; })())) released.push(piece);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'envelope.damaged' });
  expect(plain.subarray(0, wholeChunks * chunk).equals(Buffer.concat(released))).toBe(true);
}

describe('a sealed part is refused', () => {
  it.each([
    ['nothing at all', 0, 0], ['inside the header', 20, 0], ['after the header', header, 0], ['inside the first tag', header + 15, 0],
    ['after what could be a tag', header + 16, 0], ['inside chunk 0', header + 1_000, 0], ['after chunk 0', header + sealedChunk, 0],
    ['one byte into chunk 1', header + sealedChunk + 1, 1], ['one tag into chunk 1', header + sealedChunk + 16, 1], ['inside chunk 1', header + sealedChunk + 30_000, 1],
    ['after chunk 1', header + 2 * sealedChunk, 1], ['after chunk 2', header + 3 * sealedChunk, 2], ['inside chunk 3', header + 3 * sealedChunk + 500, 3],
    ['one byte short', -1, 3],
  ])('when it is cut: %s', async (_, at, whole) => {
    await expectRefused(sealed.subarray(0, at), whole);
  });

  it('when chunks are reordered', async () => {
    await expectRefused(join(chunks[1], chunks[0], chunks[2], chunks[3]), 0);
    await expectRefused(join(chunks[0], chunks[2], chunks[1], chunks[3]), 1);
  });

  it('when a chunk is sent twice', async () => {
    await expectRefused(join(chunks[0], chunks[0], chunks[1], chunks[2], chunks[3]), 1);
    await expectRefused(join(chunks[0], chunks[1], chunks[2], chunks[3], chunks[3]), 3);
  });

  it('when a chunk is dropped, the last one too', async () => {
    await expectRefused(join(chunks[1], chunks[2], chunks[3]), 0);
    await expectRefused(join(chunks[0], chunks[2], chunks[3]), 1);
    await expectRefused(join(chunks[0], chunks[1], chunks[2]), 2);
  });

  it('when anything is appended', async () => {
    await expectRefused(Buffer.concat([sealed, Uint8Array.of(0)]), 3);
    await expectRefused(Buffer.concat([sealed, new Uint8Array(16)]), 3);
    await expectRefused(Buffer.concat([sealed, sealed]), 3);
    const exact = sealPart(secret, id, plain.subarray(0, 2 * chunk));
    await expectRefused(Buffer.concat([exact, new Uint8Array(16)]), 1);
  });

  it('when chunks come from another sealing of the same part', async () => {
    const other = sealPart(secret, id, plain);
    await expectRefused(join(chunks[0], other.subarray(header + sealedChunk)), 1);
  });

  it('when any single bit of the first 4 KiB is flipped', async () => {
    const copy = sealPart(secret, id, plain.subarray(0, 5_000));
    let refused = 0;
    for (let bit = 0; bit < 4_096 * 8; bit++) {
      copy[bit >> 3]! ^= 1 << (bit & 7);
      try {
        openPart(secret, id, copy);
      } catch (error) {
        if (error instanceof EnvelopeError) refused += 1;
      }
      copy[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(refused).toBe(4_096 * 8);
    expect(plain.subarray(0, 5_000).equals(openPart(secret, id, copy))).toBe(true);
  });

  it.each([0, 1, 2, 3])('when a bit of chunk %i is flipped, without a byte of that chunk coming out', async (i) => {
    for (const at of [0, 999, chunks[i]!.length - 17, chunks[i]!.length - 16, chunks[i]!.length - 1]) {
      const damaged = Buffer.from(sealed);
      damaged[header + i * sealedChunk + at]! ^= 0x80;
      await expectRefused(damaged, i);
    }
  });

  it.each<[string, PartId]>([
    ['edit', { ...id, editId: 'edt_2' }], ['part', { ...id, part: 'mask' }], ['direction', { ...id, direction: 'answer' }],
    ['split of the same letters', { ...id, editId: 'edt_1i', part: 'mage' }],
  ])('as another %s', async (_, other) => {
    await expectRefused(sealed, 0, other);
  });

  it('under another secret, and under the other direction\'s', async () => {
    await expectRefused(sealed, 0, id, randomBytes(32));
    const pool = await generatePoolKeyPair();
    const to = { editId: 'edt_1', pool: 'shared', epoch: 'e1' };
    const { enc, secrets } = await sealTo(pool.publicKey, to);
    const part = sealPart(secrets.request, id, plain);
    await expectRefused(part, 0, id, secrets.answer);
    for (const wrong of [{ ...to, editId: 'edt_2' }, { ...to, pool: 'private' }, { ...to, epoch: 'e2' }])
      await expectRefused(part, 0, id, (await openFrom(pool.privateKey, enc, wrong)).request);
    await expectRefused(part, 0, id, (await openFrom((await generatePoolKeyPair()).privateKey, enc, to)).request);
    expect(plain.equals(openPart((await openFrom(pool.privateKey, enc, to)).request, id, part))).toBe(true);
  });

  it.each([0, 2, 255])('with a header of version %i', async (version) => {
    await expectRefused(Buffer.concat([Uint8Array.of(version), sealed.subarray(1)]), 0);
  });

  it.each([4, 8, 12, 13, 14, 15])('with a tag shortened to %i bytes', async (bytes) => {
    const short = sealPart(secret, id, plain.subarray(0, 100));
    await expectRefused(short.subarray(0, short.length - 16 + bytes), 0);
    const empty = sealPart(secret, id, new Uint8Array());
    await expectRefused(empty.subarray(0, header + bytes), 0);
  });

  it('with an error that holds neither key nor content', () => {
    const content = Buffer.from('make it black and white');
    const part = sealPart(secret, id, content);
    part[part.length - 1]! ^= 1;
    let refusal: unknown;
    try {
      openPart(secret, id, part);
    } catch (error) {
      refusal = error;
    }
    const printed = inspect(refusal, { depth: 9, showHidden: true }) + String(refusal) + JSON.stringify(refusal);
    for (const bytes of [Buffer.from(secret), content]) for (const form of ['hex', 'base64', 'utf8'] as const) expect(printed).not.toContain(bytes.toString(form));
    expect(refusal).not.toHaveProperty('cause');
  });
});
