import { zero } from './zero.js';

/** Bytes of one group; `last` on the final one. A view that is valid until the next group is asked for. */
export interface Group {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/**
 * Cuts a stream of arbitrary fragments into one group of `first` bytes and then groups of `size`; the final group holds what
 * remains and is empty only when nothing came at all. Holds one group at most and overwrites it at the end, however that comes.
 */
export async function* regroup(source: AsyncIterable<Uint8Array>, first: number, size: number): AsyncGenerator<Group> {
  const held = new Uint8Array(Math.max(first, size));
  let wanted = first;
  let filled = 0;
  try {
    for await (const fragment of source) {
      for (let at = 0; at < fragment.length; ) {
        if (filled === wanted) {
          yield { bytes: held.subarray(0, filled), last: false };
          wanted = size;
          filled = 0;
        }
        const taken = fragment.subarray(at, at + wanted - filled);
        held.set(taken, filled);
        filled += taken.length;
        at += taken.length;
      }
    }
    yield { bytes: held.subarray(0, filled), last: true };
  } finally {
    zero(held);
  }
}
