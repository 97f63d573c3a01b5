import type { Readable } from 'node:stream';
import type { Order } from '../wire.js';

/** An order is ids and sizes; one that is longer is not ours. */
const orderBytesMax = 16_384;

/** Reads standard input: one line, then the sealed parts one after the other. */
export class Incoming {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(input: Readable) {
    this.source = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Undefined when the input ended before an order came: this process was not needed. */
  async order(): Promise<Order | undefined> {
    for (;;) {
      const at = this.rest.indexOf(10);
      if (at >= 0) {
        const line = this.rest.toString('utf8', 0, at);
        this.rest.fill(0, 0, at);
        this.rest = this.rest.subarray(at + 1);
        return JSON.parse(line) as Order;
      }
      if (this.rest.length > orderBytesMax) throw new Error('no order');
      const next = await this.source.next();
      if (next.done === true) return undefined;
      this.rest = Buffer.concat([this.rest, next.value]);
    }
  }

  /** The bytes of one part, in whatever pieces they came; each is overwritten when the next is asked for. Fails when the input ends early. */
  async *part(bytes: number): AsyncGenerator<Buffer> {
    let missing = bytes;
    while (missing > 0) {
      if (this.rest.length === 0) {
        const next = await this.source.next();
        if (next.done === true) throw new Error('the input ended early');
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
      piece.fill(0);
    }
  }
}
