import { understand } from '@flux-context/instructions';
import { describe, expect, it } from 'vitest';
import { understandingInWords } from './chips.js';
import { examples } from './examples.js';
import { foreignWords, piecesOf } from './sentence-parts.js';

describe('the sentence', () => {
  it('is whole again when its pieces are joined, whatever was not understood', () => {
    for (const sentence of ['make the sunset more dramatic', 'warmer, except the boat', 'x', ' make  it wärmer ', 'crop to a square']) {
      expect(piecesOf(sentence, understand(sentence)).map((piece) => piece.text).join('')).toBe(sentence);
    }
  });

  it('is told to be too long, not cut off', () => {
    expect(understandingInWords('make it brighter '.repeat(300), undefined, undefined)).toBe('Too long: 5,099 characters, at most 4,000 can be sent.');
    expect(understandingInWords(' '.repeat(5_000), undefined, undefined)).toBe('');
  });

  it('survives spans that overlap or leave it', () => {
    const spans = [{ start: 3, end: 7 }, { start: 0, end: 5 }, { start: 9, end: 99 }];
    expect(piecesOf('0123456789', { kind: 'notUnderstood', spans, suggestions: [] })).toEqual([
      { start: 0, text: '01234', foreign: true },
      { start: 5, text: '56', foreign: true },
      { start: 7, text: '78', foreign: false },
      { start: 9, text: '9', foreign: true },
    ]);
  });

  it('names what was not understood', () => {
    const sentence = 'make the sunset more dramatic';
    expect(foreignWords(sentence, understand(sentence))).toEqual(['“sunset”', '“dramatic”']);
  });

  it('is told to ears as to eyes', () => {
    expect(understandingInWords('', undefined)).toBe('');
    expect(understandingInWords('crop to a square', understand('crop to a square'))).toMatch(/^Will do: Crop/);
  });
});

describe('examples and suggestions', () => {
  it('are all understood', () => {
    const suggested = understand('make the sunset more dramatic');
    const sentences = [...examples, ...(suggested.kind === 'notUnderstood' ? suggested.suggestions : [])];
    expect(sentences.filter((sentence) => understand(sentence).kind !== 'plan')).toEqual([]);
  });
});
