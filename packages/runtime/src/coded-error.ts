import { type ErrorCode, type ErrorDefinition, errorDefinitions, type Problem } from '@flux-context/contracts';

/** What an error may carry beside its code. All but `cause` and `internal` is sent to the caller. */
export interface CodedErrorDetail {
  readonly cause?: unknown;
  /** For the log only, written by us: never a value of the input. */
  readonly internal?: string;
  readonly editId?: string;
  readonly faults?: Readonly<NonNullable<Problem['faults']>>;
  readonly limit?: NonNullable<Problem['limit']>;
  readonly retryAfterSeconds?: number;
  readonly notUnderstood?: Readonly<NonNullable<Problem['notUnderstood']>>;
  readonly suggestions?: Readonly<NonNullable<Problem['suggestions']>>;
}

/** The only error a room throws: a code of the closed set, which fixes status, sentence and log level. */
export class CodedError extends Error {
  override readonly name = 'CodedError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: CodedErrorDetail = {},
  ) {
    super(code, { cause: detail.cause });
  }

  get definition(): ErrorDefinition {
    return errorDefinitions[this.code];
  }
}
