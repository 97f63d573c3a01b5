import { describe, expect, it } from '@jest/globals';
import { credentialsOf } from './principal-sources.js';

/** What is taken for the session of a header of these bytes, as Node reads them. */
const sessionIn = (...bytes: Buffer[]) => credentialsOf({ cookie: Buffer.concat(bytes).toString('latin1') }).cookies.get('__Host-flux_session');
const ours = Buffer.from('__Host-flux_session=secret');

describe('the cookie of a session', () => {
  it('is found among others, whatever blanks are around it', () => {
    expect(sessionIn(Buffer.from('a=b;\t '), ours, Buffer.from(' ; c=d'))).toBe('secret');
  });

  it.each(['\u00A0', '\u000B', '\u0085', '\u2000', '\uFEFF'])('is not one that a neighbouring host may plant, because %j stands before its name', (space) => {
    for (const encoding of ['latin1', 'utf8'] as const) expect(sessionIn(Buffer.from(space, encoding), ours)).toBeUndefined();
  });

  it('is not read beside a key', () => {
    expect(credentialsOf({ authorization: 'Basic eA==', cookie: ours.toString() })).toEqual({ cookies: new Map() });
  });
});
