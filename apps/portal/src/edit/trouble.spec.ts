import { errorCodes, errorDefinitions } from '@flux-context/contracts';
import { ProblemError } from '@flux-context/ui';
import { describe, expect, it } from 'vitest';
import { progressInWords, progressShare } from './progress-words.js';
import { troubleOf } from './trouble.js';

const answered = (code: (typeof errorCodes)[number], retryAfter: string | null = null): ProblemError =>
  ProblemError.fromAnswer({ status: errorDefinitions[code].status, retryAfter, body: JSON.stringify({ type: 'about:blank', code, requestId: 'req_7', ...errorDefinitions[code] }) });

describe('trouble', () => {
  it('says for every code that nothing was charged or why that is not so', () => {
    const silent = errorCodes.filter((code) => !/charged|given back/.test(`${troubleOf(answered(code)).title} ${troubleOf(answered(code)).advice}`));
    expect(silent.filter((code) => !/^(session|receipt|person|seat|api_key|audit|entitlement)\./.test(code))).toEqual(['edit.not_found', 'edit.not_ready', 'edit.result_gone', 'edit.finished']);
  });

  it('never promises that of a lost connection, but that trying again is safe', () => {
    const trouble = troubleOf(ProblemError.ofTransport('connection.lost'));
    expect(trouble.advice).not.toContain('Nothing was charged');
    expect(trouble.again).toEqual({ afterSeconds: 0, sameKey: true });
  });

  it('waits as long as it was asked to', () => {
    expect(troubleOf(answered('capacity.parcels', '12'))).toMatchObject({ advice: 'You can try again in 12 seconds. Nothing was charged.', again: { afterSeconds: 12, sameKey: false } });
  });

  it('offers no second try where it cannot help', () => {
    expect(troubleOf(answered('picture.too_many_pixels')).again).toBeUndefined();
  });

  it('gives support a number to look for', () => {
    expect(troubleOf(answered('internal.unexpected')).advice).toContain('req_7');
  });
});

describe('progress', () => {
  it('speaks plainly of each phase', () => {
    expect([
      progressInWords({ phase: 'sending', part: 0.456 }),
      progressInWords({ phase: 'waiting', ahead: 0 }),
      progressInWords({ phase: 'waiting', ahead: 3 }),
      progressInWords({ phase: 'working', stage: 'edit', step: 2, steps: 3 }),
      progressInWords({ phase: 'receiving' }),
    ]).toEqual(['Sending your picture, 45 %', 'You are next', '3 edits ahead of yours', 'Editing, step 2 of 3', 'Bringing it back']);
  });

  it('never goes back', () => {
    const shares = [progressShare({ phase: 'sending', part: 0 }), progressShare({ phase: 'sending', part: 1 }), progressShare({ phase: 'waiting', ahead: 2 }), ...(['open', 'decode', 'edit', 'encode', 'settle', 'send'] as const).map((stage) => progressShare({ phase: 'working', stage, step: 3, steps: 3 })), progressShare({ phase: 'receiving' })];
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });
});
