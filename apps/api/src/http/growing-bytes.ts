/**
 * Bytes that arrive in pieces, kept in one buffer. The expected size is only set aside: untouched pages cost nothing, so a
 * false announcement holds no memory. Every copy left behind is overwritten.
 */
export class GrowingBytes {
  #buffer: Buffer;
  length = 0;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(expectedBytes, 1_024));
  }

  append(chunk: Uint8Array): void {
    if (this.length + chunk.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.length + chunk.length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.length);
      this.#buffer.fill(0, 0, this.length);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.length);
    this.length += chunk.length;
  }

  view(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  zero(): void {
    this.#buffer.fill(0, 0, this.length);
  }
}
