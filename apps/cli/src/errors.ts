import type { Problem } from '@flux-context/contracts';
import type { LogFault, ReceiptFault } from '@flux-context/tree';

/**
 * Exit codes, so that scripts can tell what to do: correct the call (2), correct the picture or the sentence (3), ask for more
 * edits (4), try again later (5), ask who changed the log, the receipt or the model (6).
 */
export const exitCodes = { ok: 0, failed: 1, usage: 2, refused: 3, quota: 4, unavailable: 5, damaged: 6, cancelled: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The call itself cannot work: nothing was sent. */
export class UsageError extends Error {}

/** This computer could not read or write a file. */
export class FileError extends Error {}

/** The appliance answered with a problem. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(problem.title);
  }
}

/** Nobody answered, or the connection broke. */
export class UnreachableError extends Error {}

/** Somebody answered, but not as an appliance does: a proxy, or another server. */
export class ForeignAnswerError extends Error {}

/** The audit log is not what its key has signed. */
export class DamagedLogError extends Error {
  constructor(
    readonly lines: readonly string[],
    readonly faults: readonly LogFault[],
  ) {
    super('The audit log is not what was signed.');
  }
}

/** What of a receipt is not as it should be: its form, what is signed, a file that it is said to be about, a log or checkpoint that was kept. */
export type ReceiptDamage = ReceiptFault | 'form' | 'input' | 'output' | 'kept' | 'log';

/** The receipt is not what was signed, or is about other files. */
export class DamagedReceiptError extends Error {
  constructor(
    readonly lines: readonly string[],
    readonly faults: readonly ReceiptDamage[],
  ) {
    super('The receipt does not hold.');
  }
}

/** The person pressed Ctrl-C, or the process was asked to end. */
export class CancelledError extends Error {}
