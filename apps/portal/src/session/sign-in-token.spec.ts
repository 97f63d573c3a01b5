import { describe, expect, it } from 'vitest';
import { takeSignInToken } from './sign-in-token.js';

function visit(hash: string) {
  const shown: string[] = [];
  const token = takeSignInToken({ hash, pathname: '/', search: '?a=1' }, { state: null, replaceState: (_, __, address) => void shown.push(String(address)) });
  return { token, shown };
}

describe('sign-in link', () => {
  it('gives its token once and leaves no trace of it in the address bar', () => {
    expect(visit('#sign-in=abc_DEF-123')).toEqual({ token: 'abc_DEF-123', shown: ['/?a=1'] });
  });

  it('is none without a token, and then the address stays', () => {
    expect([visit(''), visit('#help')]).toEqual([{ token: undefined, shown: [] }, { token: undefined, shown: [] }]);
  });
});
