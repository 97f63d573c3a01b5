import { lineBytesMax } from './frames.js';

/** The bytes behind a line often come with it, so no copy of them may be left. */
function joined(rest: Buffer, next: Buffer): Buffer {
  if (rest.length === 0) return next;
  const both = Buffer.concat([rest, next]);
  rest.fill(0);
  next.fill(0);
  return both;
}

/** Reads a stream of lines and of the bytes that some of them announce. One reader has the stream to itself. */
export class FrameReader {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.source = stream[Symbol.asyncIterator]();
  }

  /** The next line as JSON; undefined at the end of the stream. Throws when it is none, or too long. */
  async line(): Promise<unknown> {
    for (;;) {
      const at = this.rest.indexOf(10);
      if (at >= 0) {
        const line = this.rest.toString('utf8', 0, at);
        // The order that a sandbox is given is a line with two secrets.
        this.rest.fill(0, 0, at);
        this.rest = this.rest.subarray(at + 1);
        return JSON.parse(line);
      }
      if (this.rest.length > lineBytesMax) throw new Error('a line without end');
      const next = await this.source.next();
      if (next.done === true) return undefined;
      this.rest = joined(this.rest, next.value);
    }
  }

  /** As many bytes, in whatever pieces they come; each is overwritten when the next is asked for. Throws when the stream ends before. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    let missing = count;
    while (missing > 0) {
      if (this.rest.length === 0) {
        const next = await this.source.next();
        if (next.done === true) throw new Error('the stream ended in the middle of a frame');
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(piece.length);
      missing -= piece.length;
      try {
        yield piece;
      } finally {
        piece.fill(0);
      }
    }
  }

  /**
   * The same for somebody who may leave early: what he did not take is read and dropped afterwards, so that the next line is where it
   * belongs. Throws when the stream ends before, whether he noticed or not.
   */
  async lend<T>(count: number, borrow: (bytes: AsyncIterable<Buffer>) => Promise<T>): Promise<T> {
    const bytes = this.bytes(count);
    let missing = count;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      const piece = await bytes.next();
      if (piece.done !== true) missing -= piece.value.length;
      return piece;
    };
    // A loop that is left early must not end the generator.
    const outcome = await borrow({ [Symbol.asyncIterator]: () => ({ next }) }).then((value) => ({ value }), (error: unknown) => ({ error }));
    while ((await next()).done !== true);
    if (missing > 0) throw new Error('the stream ended in the middle of a frame');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** The same in one buffer, which is the caller's to overwrite. */
  async whole(count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(count);
    let filled = 0;
    for await (const piece of this.bytes(count)) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }
}
