import type { Following } from './read-bundle.js';

/** How far an import is: bytes done of all that this stage will read. */
export interface Progress {
  readonly stage: 'copy' | 'verify' | 'pack';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface Followed {
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work between two pieces; an import goes on there the next time. */
  readonly signal?: AbortSignal;
}

/** Adds up the bytes of a stage. */
export interface Counting extends Following {
  readonly onBytes: (bytes: number) => void;
  /** So many bytes are done, whichever of them had to be read. */
  readonly reach: (bytes: number) => void;
}

export function follow(stage: Progress['stage'], totalBytes: number, { onProgress, signal }: Followed): Counting {
  let doneBytes = 0;
  const reach = (bytes: number) => {
    doneBytes = Math.min(bytes, totalBytes);
    onProgress?.({ stage, doneBytes, totalBytes });
  };
  reach(0);
  return { onBytes: (bytes) => reach(doneBytes + bytes), reach, ...(signal && { signal }) };
}
