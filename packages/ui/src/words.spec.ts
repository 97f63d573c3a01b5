import { describe, expect, it } from 'vitest';
import { bytesInWords, countInWords, waitInWords } from './words.js';
import { themeCss } from './theme.js';

describe('words', () => {
  it('says sizes, counts and waits as people do', () => {
    expect([900, 20_000_000, 31_240_000, 999_600].map(bytesInWords)).toEqual(['900 B', '20 MB', '31.2 MB', '1 MB']);
    expect([0, 1, 9_999].map((n) => countInWords(n, 'edit'))).toEqual(['0 edits', '1 edit', '9,999 edits']);
    expect([0, 40, 120].map(waitInWords)).toEqual(['in 1 second', 'in 40 seconds', 'in 2 minutes']);
  });
});

describe('theme', () => {
  it('has its variables for both schemes without a page', () => {
    expect(themeCss()).toMatch(/light"\][^}]*--house-accent/);
    expect(themeCss()).toMatch(/dark"\][^}]*--house-accent/);
  });
});
