import { instructionLengthMax } from '@flux-context/contracts';
import type { Understanding } from '@flux-context/instructions';

/** Longer than the appliance takes. It is not cut off: what was pasted whole is shown whole. */
export const isTooLong = (sentence: string): boolean => sentence.trim().length > instructionLengthMax;

export const tooLongInWords = (sentence: string): string => `Too long: ${sentence.trim().length.toLocaleString('en')} characters, at most ${instructionLengthMax.toLocaleString('en')} can be sent.`;

/** A piece of the sentence, and whether it was not understood. */
export interface Piece {
  readonly start: number;
  readonly text: string;
  readonly foreign: boolean;
}

/** The sentence cut where words begin and end that were not understood; joined again the pieces are the sentence. */
export function piecesOf(sentence: string, understanding: Understanding | undefined): readonly Piece[] {
  const spans = understanding === undefined || understanding.kind === 'plan' ? [] : understanding.spans.toSorted((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    const start = Math.max(at, span.start);
    const end = Math.min(sentence.length, span.end);
    if (end <= start) continue;
    if (start > at) pieces.push({ start: at, text: sentence.slice(at, start), foreign: false });
    pieces.push({ start, text: sentence.slice(start, end), foreign: true });
    at = end;
  }
  if (at < sentence.length) pieces.push({ start: at, text: sentence.slice(at), foreign: false });
  return pieces;
}

/** The words that were not understood, each once and quoted: “sunset”, “in the back”. */
export const foreignWords = (sentence: string, understanding: Understanding | undefined): readonly string[] => [
  ...new Set(piecesOf(sentence, understanding).filter((piece) => piece.foreign).map((piece) => `“${piece.text.trim()}”`)),
];
