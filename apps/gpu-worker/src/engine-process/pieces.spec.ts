import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Pieces } from './pieces.js';

describe('the pieces of a stream', () => {
  it('are the very ones that were read, however many wait, so that they can be overwritten', async () => {
    const stream = new PassThrough();
    const written = ['one', 'two', 'three', 'four'].map((word) => Buffer.from(word));
    const pieces = new Pieces(stream);
    for (const piece of written) stream.write(piece);
    stream.end();
    const read: Buffer[] = [];
    for await (const piece of pieces) {
      read.push(piece);
      await setImmediate();
    }
    expect(read.length).toBe(written.length);
    read.forEach((piece, at) => expect(piece).toBe(written[at]));
  });

  it('leave in the stream what nobody asked for yet', async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    const pieces = new Pieces(stream);
    for (let piece = 0; piece < 10; piece++) stream.write(Buffer.from(`${piece}.`));
    await setImmediate();
    expect(stream.writableNeedDrain).toBe(true);
    stream.end();
    let read = '';
    for await (const piece of pieces) read += piece.toString();
    expect(read).toBe('0.1.2.3.4.5.6.7.8.9.');
  });

  it('end with a stream that is destroyed, while somebody waits and afterwards, and throw the error of one that fails', async () => {
    const stream = new PassThrough();
    const pieces = new Pieces(stream)[Symbol.asyncIterator]();
    const waiting = pieces.next();
    stream.destroy();
    expect([(await waiting).done, (await pieces.next()).done]).toEqual([true, true]);
    const failing = new PassThrough();
    const lost = new Pieces(failing)[Symbol.asyncIterator]();
    const hopeful = lost.next();
    failing.destroy(new Error('broken'));
    await expect(hopeful).rejects.toThrow('broken');
    await expect(lost.next()).rejects.toThrow('broken');
  });
});
