import { type ErrorCode, isErrorCode } from '@flux-context/contracts';
import { codesInside } from '../wire.js';

/** Ends the edit with a code. Nothing else of an error leaves this process. */
export class CodedEnd extends Error {
  constructor(readonly code: ErrorCode) {
    super(code);
  }
}

/** The code that an error means to the caller. */
export function codeOf(error: unknown): ErrorCode {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (isErrorCode(code) && codesInside.has(code)) return code;
  // What V8 and libvips say when the memory limit is reached.
  if (typeof message === 'string' && /allocation failed|out of memory|unable to allocate|Array buffer/i.test(message)) return 'edit.out_of_memory';
  return 'edit.sandbox_failed';
}
