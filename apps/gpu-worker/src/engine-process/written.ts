import type { Writable } from 'node:stream';

/** Resolves when the bytes have left this process, so that they can be overwritten. Rejects when the pipe is closed. */
export function written(stream: Writable | null | undefined, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!stream || stream.destroyed) reject(new Error('the pipe is closed'));
    else stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
