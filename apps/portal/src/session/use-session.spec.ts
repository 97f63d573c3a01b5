import { ProblemError } from '@flux-context/ui';
import { describe, expect, it } from 'vitest';
import { troubleInWords } from './use-session.js';

describe('a sign-in that failed', () => {
  it('tells a person with a cut link what to do, and not about listed paths', () => {
    expect(troubleInWords(ProblemError.fromCode('request.invalid'))).toBe('This sign-in link is not complete. Open the whole link again, or ask for a new one.');
  });

  it('keeps the sentence of every other code', () => {
    expect(troubleInWords(ProblemError.fromCode('session.link_invalid'))).toMatch(/used already or has expired/);
  });
});
