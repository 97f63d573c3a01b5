import { describe, expect, it } from '@jest/globals';
import { line } from './line.js';

const characters = Array.from({ length: 0x3_0000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff).map((code) => String.fromCodePoint(code));

describe('a line of text', () => {
  it('takes every character but those of Unicode\'s class Cc', () => {
    const taken = line(10);
    const wrong = characters.filter((character) => taken.safeParse(`a${character}b`).success === /\p{Cc}/u.test(character));
    expect(wrong).toEqual([]);
  });
});
