import type { Dictionary, Meaning } from './lexicon.js';
import type { Span, Token } from './tokens.js';

/** A phrase of the lexicon, a number, or something nobody knows (no meanings). */
export interface Term extends Span {
  readonly meanings: readonly Meaning[];
  readonly token: Token;
}

const afresh: Meaning = { is: 'break', hard: true };

/** "1." and "2)" at the head of list entries, counted from one, and the bullets `-`, `*` and `•` at the start of a line. */
function listHead(tokens: readonly Token[], at: number, expected: number): 'bullet' | 'number' | undefined {
  const [first, second, third] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (first?.lineStart === true && first.kind === 'mark' && /^[-*•]$/.test(first.text) && second?.glued === false) return 'bullet';
  const counts = first?.kind === 'number' && first.text === String(expected) && second?.glued === true && /^[.)]$/.test(second.text);
  return counts && third?.glued === false && (first.lineStart || expected > 1) ? 'number' : undefined;
}

function longestMatch(tokens: readonly Token[], at: number, { root }: Dictionary): { length: number; meanings: readonly Meaning[] } {
  let branch = root;
  let found: { length: number; meanings: readonly Meaning[] } = { length: 0, meanings: [] };
  for (let i = at; i < tokens.length; i += 1) {
    const token = tokens[i];
    const next = token === undefined || token.kind === 'quoted' || token.kind === 'strange' ? undefined : branch.next.get(token.text);
    if (next === undefined) break;
    branch = next;
    if (branch.meanings.length > 0) found = { length: i - at + 1, meanings: branch.meanings };
  }
  return found;
}

/** Finds the lexicon's phrases, leftmost and longest first. Every token ends up in exactly one term. */
export function termsOf(tokens: readonly Token[], dictionary: Dictionary): Term[] {
  const terms: Term[] = [];
  let expected = 1;
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at];
    if (token === undefined) break;
    const head = listHead(tokens, at, expected);
    let { length, meanings } = longestMatch(tokens, at, dictionary);
    if (head !== undefined) {
      if (head === 'number') expected += 1;
      length = head === 'number' ? 2 : 1;
      meanings = [afresh];
    } else if (length === 0) {
      length = 1;
      meanings = token.kind === 'number' ? [{ is: 'number', value: token.value }] : [];
    }
    if (token.lineStart && at > 0) terms.push({ meanings: [afresh], token, start: token.start, end: token.start });
    terms.push({ meanings, token, start: token.start, end: tokens[at + length - 1]?.end ?? token.end });
    at += length;
  }
  return terms;
}
