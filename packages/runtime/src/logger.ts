import { pino } from 'pino';
import { CodedError } from './coded-error.js';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const id = /^[a-z]{2,6}_[\w-]{1,80}$/;
const word = /^[\w.:+-]{1,100}$/;
/** Plain ASCII: nothing that a terminal takes for a command, and no second line. */
const sentence = /^[\x20-\x7e]{1,300}$/;

/**
 * What a log line may say beside its message: ids, closed sets and figures, and the form of each. What has no place here is dropped,
 * and what has another form is replaced by `[unfit]`, whatever the caller passes; words of a person fit none of them but `internal`, which we write.
 */
const textFields = {
  requestId: id, editId: id, personId: id, workerId: id, holderId: id,
  method: /^[A-Z-]{1,30}$/,
  route: /^\/[\w/{}+.-]{0,200}$/,
  code: word, pool: word, engine: word, stage: word, outcome: word, isolation: word, epoch: word, version: word, context: word, signal: word,
  address: /^https?:\/\/[\w.:[\]-]{1,260}\/?$/,
  internal: sentence,
  // As in `maker/model`.
  model: /^[\w./@:+-]{1,200}$/, provider: word,
} as const;
const figureFields = ['status', 'durationMs', 'count', 'bytes', 'port'] as const;

type TextField = keyof typeof textFields;
export type LogFields = { readonly [F in TextField]?: string | undefined } & { readonly [F in (typeof figureFields)[number]]?: number | undefined } & { readonly error?: unknown };

/** A sentence that stands in the source as it is logged. What is put together, and so might hold anything, does not compile. */
type Fixed<M extends string> = Record<'', 1> extends Record<M, unknown> ? never : M;
type Write = <const M extends string>(message: M & Fixed<M>, fields?: LogFields) => void;

/** Messages are fixed sentences of our own; whatever varies goes into the fields. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

interface ErrorRecord {
  readonly class: string;
  readonly code?: string;
  readonly internal?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorRecord;
}

const unfit = '[unfit]';
const fitting = (text: string, form: RegExp): string => (form.test(text) ? text : unfit);

/** A place in a file. A line of a message that only looks like one has no path that begins like this, or says more than a name. */
const frame = /^\s+at (?:[\w.$<>[\]# ]{1,160} \()?(?:file:\/\/\/|node:|\/)[\w./@+-]{1,260}:\d+:\d+\)?$/;

/** An error as the log keeps it: its class and where it happened. A foreign message may hold what it was given, so it is left out. */
function recordError(error: unknown, depth = 0): ErrorRecord {
  if (!(error instanceof Error)) return { class: typeof error };
  const code = error instanceof CodedError ? error.code : (error as { code?: unknown }).code;
  const stack = (error.stack ?? '').replace(error.message, '');
  return {
    class: fitting(error.constructor.name, word),
    ...(typeof code === 'string' && word.test(code) ? { code } : {}),
    ...(error instanceof CodedError && error.detail.internal !== undefined ? { internal: fitting(error.detail.internal, sentence) } : {}),
    frames: stack.split('\n').filter((line) => frame.test(line)).map((line) => line.trim()).slice(0, 12),
    ...(error.cause !== undefined && depth < 3 ? { cause: recordError(error.cause, depth + 1) } : {}),
  };
}

function record(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, form] of Object.entries(textFields) as [TextField, RegExp][]) {
    const value: unknown = fields[name];
    if (value !== undefined) kept[name] = typeof value === 'string' ? fitting(value, form) : unfit;
  }
  for (const name of figureFields) {
    const value: unknown = fields[name];
    if (value !== undefined) kept[name] = Number.isFinite(value) ? value : unfit;
  }
  if (fields.error !== undefined) kept['error'] = recordError(fields.error);
  return kept;
}

/** One JSON line per message, to `destination` (standard output when absent). */
export function createLogger(options: { app: string; level: LogLevel; destination?: { write(line: string): void } }): Logger {
  const lines = pino(
    { level: options.level, base: { app: options.app }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
  const at = (level: 'debug' | 'info' | 'warn' | 'error'): Write => (message, fields = {}) => lines[level](record(fields), fitting(message, sentence));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
