import { errorDefinitions, problem, type ErrorCode, type Problem } from '@flux-context/contracts';

/** Codes of what went wrong before an answer of the API could be read: no connection, or an answer that is not ours. */
export type TransportCode = 'connection.lost' | 'answer.unexpected';

const transportTitles: Readonly<Record<TransportCode, string>> = {
  'connection.lost': 'The appliance could not be reached. Check your connection and try again.',
  'answer.unexpected': 'Something between you and the appliance answered in its place. Reload the page, or tell your administrator.',
};

/** A refusal of the API, or a call that never got that far. The message is a sentence that can be shown to a person. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ErrorCode | TransportCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly retryable: boolean;
  /** What the API said in full, when it said something. */
  readonly problem: Problem | undefined;
  readonly retryAfterSeconds: number | undefined;

  private constructor(from: { code: ErrorCode | TransportCode; title: string; status: number; retryable: boolean; problem?: Problem; retryAfterSeconds?: number | undefined; cause?: unknown }) {
    super(from.title, { cause: from.cause });
    this.code = from.code;
    this.status = from.status;
    this.retryable = from.retryable;
    this.problem = from.problem;
    this.retryAfterSeconds = from.retryAfterSeconds;
  }

  /** From the body and headers of an answer outside 2xx. A body that is no problem+json becomes `answer.unexpected`. */
  static fromAnswer(answer: { status: number; body: string; retryAfter: string | null }): ProblemError {
    const said = problem.safeParse(parseJson(answer.body));
    if (!said.success) return ProblemError.ofTransport('answer.unexpected', answer.status);
    const { code, title, status, retryable } = said.data;
    return new ProblemError({ code, title, status, retryable, problem: said.data, retryAfterSeconds: secondsOf(answer.retryAfter) });
  }

  /** Whether the API named this field of the request's body as one that it does not take. */
  blames(field: string): boolean {
    return this.problem?.faults?.some(({ path }) => path === `body.${field}`) ?? false;
  }

  /** From the code of a failed edit, whose sentence the contract holds. */
  static fromCode(code: ErrorCode): ProblemError {
    return new ProblemError({ code, ...errorDefinitions[code] });
  }

  static ofTransport(code: TransportCode, status = 0, cause?: unknown): ProblemError {
    return new ProblemError({ code, title: transportTitles[code], status, retryable: code === 'connection.lost', cause });
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds; it is either a number of them or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
