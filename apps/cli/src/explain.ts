import type { ErrorCode, Problem } from '@flux-context/contracts';
import { BundleError } from '@flux-context/diffusion/bundles';
import { CommanderError } from 'commander';
import type { LogFault } from '@flux-context/tree';
import { CancelledError, DamagedLogError, DamagedReceiptError, exitCodes, FileError, ForeignAnswerError, ProblemError, type ReceiptDamage, UnreachableError, UsageError, type ExitCode } from './errors.js';

/** What is told about a failure: sentences for people, an object for `--json`, and the exit code. */
export interface Explanation {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly json: Problem | { readonly code: string; readonly title: string; readonly faults?: readonly (LogFault | ReceiptDamage)[] };
}

/** Text of the server, made harmless for a terminal: no command, no second line, and nothing that shows it in another order. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ');

const isWide = (character: string): boolean => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u.test(character);

/** The instruction and, below it, carets under the spans; wide characters take two columns. */
export function underline(instruction: string, spans: readonly { readonly start: number; readonly end: number }[]): [string, string] {
  let marks = '';
  let at = 0;
  for (const character of instruction) {
    const marked = spans.some(({ start, end }) => at >= start && at < end);
    marks += (marked ? '^' : ' ').repeat(isWide(character) ? 2 : 1);
    at += character.length;
  }
  return [printable(instruction), marks.trimEnd()];
}

/** What a person at a terminal can do, where the public sentence speaks to every caller. */
const hints: Partial<Record<ErrorCode, string>> = {
  'principal.missing': 'Set FLUX_API_KEY, or FLUX_API_KEY_FILE, to a key that is valid. You create one in the portal.',
  'plan.invalid': 'See /docs on the appliance for the form of a plan.',
  'idempotency.mismatch': 'Run the command again.',
};

function explainProblem(problem: Problem, retryAfterSeconds: number | undefined, instruction: string | undefined): string[] {
  const lines = [printable(problem.title)];
  if (instruction && problem.notUnderstood?.length) lines.push('', ...underline(instruction, problem.notUnderstood).map((line) => `  ${line}`));
  if (problem.suggestions?.length) lines.push('', 'These would work:', ...problem.suggestions.map((suggestion) => `  ${printable(suggestion)}`));
  for (const { path, rule } of problem.faults ?? []) lines.push(`  ${printable(path)}: ${printable(rule)}`);
  if (problem.limit) lines.push(`  limit: ${printable(problem.limit.name)} = ${problem.limit.value.toLocaleString('en')}`);
  const hint = hints[problem.code];
  if (hint) lines.push(hint);
  if (retryAfterSeconds !== undefined) lines.push(`Try again in ${retryAfterSeconds} s.`);
  if (problem.status >= 500) lines.push(`Request ${printable(problem.requestId)}.`);
  return lines;
}

const exitCodeOf = ({ code, status }: Problem): ExitCode => {
  if (code === 'quota.exhausted') return exitCodes.quota;
  return status >= 500 ? exitCodes.unavailable : exitCodes.refused;
};

/** A bundle that is not what was recorded is damage; a full disk and a busy import pass; all else is wrong with the model. */
function exitCodeOfBundle({ code }: BundleError): ExitCode {
  if (code === 'bundle.damaged') return exitCodes.damaged;
  return code === 'bundle.disk_full' || code === 'bundle.busy' ? exitCodes.failed : exitCodes.refused;
}

/** The instruction is needed to underline what was not understood; it stays on this terminal. */
export function explain(error: unknown, instruction?: string): Explanation {
  if (error instanceof ProblemError) {
    const { problem, retryAfterSeconds } = error;
    return { exitCode: exitCodeOf(problem), lines: explainProblem(problem, retryAfterSeconds, instruction), json: problem };
  }
  const told = (exitCode: ExitCode, code: string, title: string): Explanation => ({ exitCode, lines: title ? [title] : [], json: { code, title } });
  if (error instanceof UsageError) return told(exitCodes.usage, 'flux.usage', error.message);
  if (error instanceof CommanderError) return told(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage, 'flux.usage', '');
  if (error instanceof BundleError) return told(exitCodeOfBundle(error), error.code, printable(error.message));
  if (error instanceof FileError) return told(exitCodes.failed, 'flux.file', error.message);
  if (error instanceof UnreachableError || error instanceof ForeignAnswerError) return told(exitCodes.unavailable, 'flux.unreachable', error.message);
  if (error instanceof DamagedLogError || error instanceof DamagedReceiptError) {
    const { message: title, lines, faults } = error;
    const code = error instanceof DamagedLogError ? 'flux.log_damaged' : 'flux.receipt_damaged';
    return { exitCode: exitCodes.damaged, lines: [title, ...lines.map((line) => `  ${printable(line)}`)], json: { code, title, faults } };
  }
  if (error instanceof CancelledError) return told(exitCodes.cancelled, 'flux.cancelled', 'Cancelled.');
  return told(exitCodes.failed, 'flux.failed', `Something went wrong in flux itself: ${error instanceof Error ? error.name : 'unknown'}.`);
}
