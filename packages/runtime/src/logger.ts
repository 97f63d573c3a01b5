import { pino } from 'pino';
import { CodedError } from './coded-error.js';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a log line may say beside its message: ids, closed sets and figures. Anything else is dropped, whatever the caller passes. */
const allowedFields = [
  'requestId', 'editId', 'personId', 'workerId', 'holderId', 'method', 'route', 'status', 'code', 'internal', 'durationMs', 'pool', 'engine', 'stage',
  'outcome', 'isolation', 'epoch', 'count', 'bytes', 'port', 'address', 'version', 'context', 'signal', 'model', 'provider',
] as const;
type AllowedField = (typeof allowedFields)[number];
export type LogFields = { readonly [F in AllowedField]?: string | number | boolean | undefined } & { readonly error?: unknown };

/** Messages are fixed sentences of our own; whatever varies goes into the fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

interface ErrorRecord {
  readonly class: string;
  readonly code?: string;
  readonly internal?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorRecord;
}

const frame = /^\s+at [^\n]{0,300}:\d+:\d+\)?$/;

/** An error as the log keeps it: its class and where it happened. A foreign message may hold what it was given, so it is left out. */
function recordError(error: unknown, depth = 0): ErrorRecord {
  if (!(error instanceof Error)) return { class: typeof error };
  const code = error instanceof CodedError ? error.code : (error as { code?: unknown }).code;
  const stack = (error.stack ?? '').replace(error.message, '');
  return {
    class: error.constructor.name,
    ...(typeof code === 'string' && /^[\w.]{1,60}$/.test(code) ? { code } : {}),
    ...(error instanceof CodedError && error.detail.internal !== undefined ? { internal: error.detail.internal } : {}),
    frames: stack.split('\n').filter((line) => frame.test(line)).map((line) => line.trim()).slice(0, 12),
    ...(error.cause !== undefined && depth < 3 ? { cause: recordError(error.cause, depth + 1) } : {}),
  };
}

function record(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of allowedFields) {
    const value = fields[name];
    if (typeof value === 'string') kept[name] = value.slice(0, 300);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
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
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields: LogFields = {}) => lines[level](record(fields), message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
