import { describe, expect, it } from '@jest/globals';
import { FrameReader } from './frame-reader.js';
import { bytesOfAnswer, bytesOfQuestion, lineBytesMax, question } from './frames.js';

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
}

const frames = Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.from([10, 0, 10, 255, 10]), Buffer.from('{"b":2}\n')]);

describe('the reader of frames', () => {
  it.each([1, 2, 3, 7, 100])('keeps lines and bytes apart in pieces of %i, newlines among the bytes or not', async (length) => {
    const reader = new FrameReader(inPieces(frames, length));
    expect(await reader.line()).toEqual({ a: 1 });
    expect([...(await reader.whole(5))]).toEqual([10, 0, 10, 255, 10]);
    expect(await reader.line()).toEqual({ b: 2 });
    expect(await reader.line()).toBeUndefined();
  });

  it('overwrites what it has handed on', async () => {
    const piece = Buffer.from('secret');
    const reader = new FrameReader((async function* () { yield piece; })());
    for await (const seen of reader.bytes(6)) expect(seen.toString()).toBe('secret');
    expect([...piece]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('finds the next line after somebody who left early, and tells of bytes that ended early even if he did not look', async () => {
    const reader = new FrameReader(inPieces(frames, 2));
    await reader.line();
    expect(await reader.lend(5, async (bytes) => { for await (const _ of bytes) return 'enough'; return 'none'; })).toBe('enough');
    expect(await reader.line()).toEqual({ b: 2 });
    await expect(new FrameReader(inPieces(Buffer.from('four'), 4)).lend(9, async () => 'did not look')).rejects.toThrow('in the middle');
  });

  it.each([1, 2, 7, 100])('leaves nothing of lines and bytes in what it was given, in pieces of %i', async (length) => {
    const given: Buffer[] = [];
    const reader = new FrameReader((async function* () {
      for await (const piece of inPieces(frames, length)) {
        given.push(piece);
        yield piece;
      }
    })());
    await reader.line();
    for await (const _ of reader.bytes(5));
    await reader.line();
    expect(Buffer.concat(given).filter((byte) => byte !== 0 && byte !== 10)).toHaveLength(0);
  });

  it('throws where a frame is cut off, and at a line without end', async () => {
    await expect(new FrameReader(inPieces(frames, 4)).bytes(1_000).next().then(async () => new FrameReader(inPieces(frames, 4)).whole(1_000))).rejects.toThrow('in the middle');
    await expect(new FrameReader(inPieces(Buffer.alloc(lineBytesMax * 2, 'x'), 65_536)).line()).rejects.toThrow('without end');
  });
});

describe('a question', () => {
  const asked = { model: 'klein', promptBytes: 5, pictures: [{ width: 16, height: 8 }, { width: 4, height: 4 }], mask: true, seed: 1, roundTrip: true };

  it('says by its numbers how many bytes follow it, and so does an answer', () => {
    expect(bytesOfQuestion(question.parse(asked))).toBe(5 + 16 * 8 * 3 + 4 * 4 * 3 + 16 * 8);
    expect(bytesOfAnswer({ image: { width: 16, height: 8 }, roundTrip: true })).toBe(16 * 8 * 6);
    expect(bytesOfAnswer({ failed: 'model.failed' })).toBe(0);
  });

  it.each([
    ['more than its fields', { ...asked, prompt: 'words' }], ['no picture', { ...asked, pictures: [] }], ['a picture without end', { ...asked, pictures: [{ width: 1e9, height: 1e9 }] }],
    ['a folder for a model', { ...asked, model: '../../etc' }], ['half a byte', { ...asked, promptBytes: 0.5 }],
  ])('cannot hold %s', (_what, wrong) => expect(question.safeParse(wrong).success).toBe(false));
});
