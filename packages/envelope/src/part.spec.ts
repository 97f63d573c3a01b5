import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, oneof } from 'fast-check';
import { openChunks, openPart, plainSizeMax, sealChunks, sealPart, sealUnder, sealedSize } from './part.js';

const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
const id = { editId: 'edt_1', part: 'image', direction: 'request' } as const;
const chunk = 65_536;
const interestingSizes = [0, 1, 15, 16, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 3 * chunk - 1, 200_000];

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
const gather = async (stream: AsyncIterable<Uint8Array>) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe('a sealed part', () => {
  it.each(interestingSizes)('of %i bytes comes back whole, whichever way it was sealed and opened', async (size) => {
    const plain = randomBytes(size);
    const whole = sealPart(secret, id, plain);
    const streamed = await gather(sealChunks(secret, id, cut(plain, [10_000])));
    for (const sealed of [whole, streamed]) {
      expect(sealed.length).toBe(sealedSize(size));
      expect(plainSizeMax(sealed.length)).toBe(size);
      expect(plain.equals(openPart(secret, id, sealed))).toBe(true);
      expect(plain.equals(await gather(openChunks(secret, id, cut(sealed, [7_777]))))).toBe(true);
    }
  });

  it('survives any fragmentation on both sides', async () => {
    const sizes = array(oneof(integer({ min: 1, max: 100 }), integer({ min: 1, max: 150_000 }), constantFrom(0, chunk, chunk + 16, 33)), { minLength: 1, maxLength: 20 }).filter((all) => all.some((n) => n > 50));
    await assert(
      asyncProperty(integer({ min: 0, max: 300_000 }), sizes, sizes, async (size, cutPlain, cutSealed) => {
        const plain = randomBytes(size);
        const sealed = await gather(sealChunks(secret, id, cut(plain, cutPlain)));
        return plain.equals(await gather(openChunks(secret, id, cut(sealed, cutSealed))));
      }),
      { numRuns: 100 },
    );
  });

  it('has the documented form: version, salt, then AES-256-GCM chunks under HKDF-SHA256, numbered, the last one marked', () => {
    const salt = new Uint8Array(32).fill(0xaa);
    const plain = Buffer.alloc(chunk + 5, 'flux');
    const field = (text: string) => Buffer.concat([Uint8Array.of(0, 0, 0, text.length), Buffer.from(text)]);
    const aad = Buffer.concat(['flux-context/part/1', 'request', 'edt_1', 'image'].map(field));
    const derived = Buffer.from(hkdfSync('sha256', secret, salt, aad, 39));
    const sealedChunk = (bytes: Uint8Array, nonceTail: string) => {
      const sealing = createCipheriv('aes-256-gcm', derived.subarray(0, 32), Buffer.concat([derived.subarray(32), Buffer.from(nonceTail, 'hex')]));
      sealing.setAAD(aad);
      return Buffer.concat([sealing.update(bytes), sealing.final(), sealing.getAuthTag()]);
    };
    const expected = Buffer.concat([Uint8Array.of(1), salt, sealedChunk(plain.subarray(0, chunk), '0000000000'), sealedChunk(plain.subarray(chunk), '0000000101')]);
    expect(expected.equals(sealUnder(secret, id, plain, Uint8Array.of(1, ...salt)))).toBe(true);
  });

  it('keeps the bytes of version 1 for ever', () => {
    const sealed = sealUnder(secret, id, Buffer.from('black and white'), Uint8Array.of(1, ...new Uint8Array(32).fill(0x55)));
    expect(Buffer.from(sealed).toString('hex')).toBe('0155555555555555555555555555555555555555555555555555555555555555554099818abfbd018784a38465dca11b428035ed250c6ac416a0d361abdca366');
  });

  it('shares no key stream with a second sealing of the same bytes', () => {
    const plain = randomBytes(3 * chunk);
    const blocks = () => {
      const body = sealPart(secret, id, plain).subarray(33);
      const found: string[] = [];
      for (let i = 0; i < 3; i++)
        for (let at = 0; at < chunk; at += 16) {
          const stream = Uint8Array.from({ length: 16 }, (_, b) => body[i * (chunk + 16) + at + b]! ^ plain[i * chunk + at + b]!);
          found.push(Buffer.from(stream).toString('base64'));
        }
      return found;
    };
    const all = [...blocks(), ...blocks()];
    expect(new Set(all).size).toBe(all.length);
  });
});
