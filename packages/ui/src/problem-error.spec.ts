import { errorDefinitions } from '@flux-context/contracts';
import { describe, expect, it } from 'vitest';
import { ProblemError } from './problem-error.js';

describe('a refusal of the API', () => {
  it('tells which field of the body it is about, so that a form can mark it', () => {
    const body = JSON.stringify({ type: 'about:blank', code: 'request.invalid', requestId: 'req_1', ...errorDefinitions['request.invalid'], faults: [{ path: 'body.email', rule: 'must be email' }] });
    const error = ProblemError.fromAnswer({ status: 400, body, retryAfter: null });
    expect([error.blames('email'), error.blames('name')]).toEqual([true, false]);
  });
});
