import type { Readable } from 'node:stream';

interface Turn {
  resolve(next: IteratorResult<Buffer>): void;
  reject(reason: Error): void;
}

/**
 * The pieces of a stream as they were read, one at a time. A stream's own iterator joins those that wait, and nobody can overwrite the
 * ones that it joined. It ends with the stream, also with one that is destroyed, and throws the error of one that fails.
 */
export class Pieces implements AsyncIterable<Buffer> {
  private turn: Turn | undefined;
  private over = false;
  private failure: Error | undefined;

  constructor(private readonly stream: Readable) {
    stream.pause();
    stream.on('data', (piece: Buffer) => {
      // What comes next waits in the stream until it is asked for.
      stream.pause();
      this.give({ done: false, value: piece });
    });
    const end = (): void => {
      this.over = true;
      this.give({ done: true, value: undefined });
    };
    stream.once('end', end).once('close', end).once('error', (error) => {
      this.failure = error;
      this.turn?.reject(error);
      this.turn = undefined;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.next() };
  }

  private next(): Promise<IteratorResult<Buffer>> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.turn = { resolve, reject };
      this.stream.resume();
    });
  }

  private give(next: IteratorResult<Buffer>): void {
    this.turn?.resolve(next);
    this.turn = undefined;
  }
}
