import { describe, expect, it } from '@jest/globals';
import { errorCodes, errorDefinitions, type ErrorCode, type Problem } from '@flux-context/contracts';
import { CancelledError, FileError, ForeignAnswerError, ProblemError, UnreachableError, UsageError } from './errors.js';
import { explain, underline } from './explain.js';

const problemWith = (code: ErrorCode, more: Partial<Problem> = {}) => {
  const { title, status, retryable } = errorDefinitions[code];
  return new ProblemError({ type: 'about:blank', title, status, retryable, code, requestId: 'req_1', ...more }, undefined);
};

describe('underline', () => {
  it.each([
    ['make it bluish', [{ start: 8, end: 14 }], '        ^^^^^^'],
    ['a b c', [{ start: 0, end: 1 }, { start: 4, end: 5 }], '^   ^'],
    ['把红色变蓝', [{ start: 1, end: 3 }], '  ^^^^'],
    ['🎉 sparkle', [{ start: 3, end: 10 }], '  ^^^^^^^'],
    ['line\nbreak', [{ start: 5, end: 10 }], '     ^^^^^'],
    ['fine', [], ''],
    ['short', [{ start: 2, end: 99 }], '  ^^^'],
  ])('marks the spans of "%s"', (instruction, spans, marks) => {
    expect(underline(instruction, spans)[1]).toBe(marks);
  });

  it('keeps control characters, and those that turn the order of words, away from the terminal', () => {
    expect(underline('a\u001B[31mb\nc\u009Bd', [])[0]).toBe('a [31mb c d');
    expect(underline('a\u202Eb\u2066c\u2028d', [])[0]).toBe('a b c d');
  });
});

describe('the exit code', () => {
  it.each(errorCodes)('of %s tells a script what to do', (code) => {
    const { status } = errorDefinitions[code];
    const wanted = code === 'quota.exhausted' ? 4 : status >= 500 ? 5 : 3;
    expect(explain(problemWith(code)).exitCode).toBe(wanted);
  });

  it.each([
    [new UsageError('x'), 2], [new FileError('x'), 1], [new UnreachableError('x'), 5], [new ForeignAnswerError('x'), 5], [new CancelledError(), 130], [new TypeError('x'), 1],
  ])('of a %p is fixed', (error, exitCode) => {
    expect(explain(error).exitCode).toBe(exitCode);
  });
});

describe('the explanation', () => {
  it('underlines the words that were not understood and prints what would work', () => {
    const error = problemWith('instruction.needs_model', { notUnderstood: [{ start: 13, end: 19 }], suggestions: ['make it warmer', 'make it\u001B[2J brighter'] });
    expect(explain(error, 'make the sky purple-ish').lines).toEqual([
      errorDefinitions['instruction.needs_model'].title, '', '  make the sky purple-ish', '               ^^^^^^', '', 'These would work:', '  make it warmer', '  make it [2J brighter',
    ]);
  });

  it('names faults, limits and the time to wait', () => {
    const { problem } = problemWith('picture.too_large', { faults: [{ path: 'options.seed', rule: 'too big' }], limit: { name: 'pictureBytesMax', value: 20_000_000 } });
    expect(explain(new ProblemError(problem, 7)).lines.slice(1)).toEqual(['  options.seed: too big', '  limit: pictureBytesMax = 20,000,000', 'Try again in 7 s.']);
  });

  it('says nothing of an error it does not know but its kind', () => {
    expect(explain(new RangeError('secret-key')).lines.join()).not.toContain('secret-key');
  });
});
