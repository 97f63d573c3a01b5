import { Clause, type Candidate } from './clause.js';
import { contradictions, type Step } from './contradictions.js';
import { frames } from './frames/index.js';
import { itemsOf, type Item, type Reading } from './items.js';
import type { Dictionary, Meaning } from './lexicon.js';
import { operationsMax, planOperation, type PlanOperation } from './plan.js';
import { termsOf, type Term } from './terms.js';
import { tokenize, type Span } from './tokens.js';

export interface Extras {
  readonly mask: boolean;
  readonly references: number;
}

export interface Unread {
  readonly kind: 'unread';
  readonly spans: readonly Span[];
  /** The clauses that were understood, for suggestions. */
  readonly understood: readonly Step[];
  /** What was understood but lies outside the ranges. */
  readonly outOfRange: readonly Candidate[];
  /** The spans are steps that undo each other. */
  readonly contradictory: boolean;
}

export type Outcome = { readonly kind: 'steps'; readonly steps: readonly Step[] } | { readonly kind: 'excluded'; readonly spans: readonly Span[] } | Unread;

const has = (item: Item, ...kinds: readonly Reading['is'][]): boolean => item.readings.some((r) => kinds.includes(r.is));
const means = (term: Term, test: (m: Meaning) => boolean): boolean => term.meanings.some(test);

const spanOf = (items: readonly Item[]): Span => ({ start: Math.min(...items.map((i) => i.start)), end: Math.max(...items.map((i) => i.end)) });

/** From the forbidding word to the end of its clause. */
function exclusionsIn(terms: readonly Term[]): Span[] {
  const spans: Span[] = [];
  let open: { start: number; end: number } | undefined;
  for (const term of terms) {
    if (means(term, (m) => m.is === 'break')) open = undefined;
    else if (open !== undefined) open.end = term.end;
    else if (means(term, (m) => m.is === 'exclusion')) spans.push((open = { start: term.start, end: term.end }));
  }
  return spans;
}

type Piece = readonly Item[];

/** Segments start afresh after "then" or a full stop; inside them, pieces are joined by "and" and commas. */
function segmentsOf(items: readonly Item[]): Piece[][] {
  const segments: Item[][][] = [[[]]];
  for (const item of items) {
    const pause = item.readings.find((r) => r.is === 'break');
    const segment = segments.at(-1) ?? [];
    if (pause === undefined) segment.at(-1)?.push(item);
    else if (pause.hard) segments.push([[]]);
    else segment.push([]);
  }
  return segments.map((pieces) => pieces.filter((piece) => piece.length > 0)).filter((pieces) => pieces.length > 0);
}

const and: Item = { readings: [{ is: 'break', hard: false }], start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY };
/** "from the top, left and right", "1200 wide and 800 high", "duotone navy and peach": at most so many pieces are one clause. */
const joinedMax = 4;

type Read = { readonly operations: readonly PlanOperation[] } | { readonly left: readonly Item[]; readonly outOfRange: readonly Candidate[] };

/** "rotate 0 degrees": nobody should pay for that. */
function changesNothing(operation: PlanOperation): boolean {
  if ('amount' in operation) return operation.amount === 0;
  if ('strength' in operation) return operation.strength === 0;
  if ('degrees' in operation) return operation.degrees % 360 === 0;
  if (operation.op === 'resize') return operation.to.kind === 'scale' && operation.to.factor === 1;
  return (operation.op === 'exposure' && operation.stops === 0) || (operation.op === 'gamma' && operation.gamma === 1);
}

function readClause(items: readonly Item[], extras: Extras): Read {
  let left: readonly Item[] = [];
  let outOfRange: readonly Candidate[] = [];
  for (const frame of frames) {
    const clause = new Clause(items, extras);
    const candidates = frame(clause);
    if (candidates === undefined) continue;
    const over = clause.left;
    if (over.length > 0) {
      if (left.length === 0 || over.length < left.length) left = over;
      continue;
    }
    const judged = candidates.map((candidate) => planOperation.safeParse(candidate));
    if (judged.some((j) => j.success && changesNothing(j.data))) continue;
    if (judged.every((j) => j.success)) return { operations: judged.map((j) => j.data) };
    outOfRange = candidates;
  }
  return { left: outOfRange.length > 0 ? [] : left, outOfRange };
}

const saysHow = (item: Item): boolean => has(item, 'verb', 'direction');
const saysWhat = (item: Item): boolean => has(item, 'change', 'quality', 'property');
const saysHowMuch = (item: Item): boolean => has(item, 'quantity', 'degree', 'times');
const isUnknown = (item: Item): boolean => item.readings.length === 0;
const saysWhere = (item: Item): boolean => has(item, 'place', 'mask') && !has(item, 'spin');

/** What a clause hands on to the next: its verb, and what stood before its adjective ("make the top half a bit darker and warmer"). */
function inherited(head: Piece, piece: Piece): Piece[] {
  const what = head.findIndex(saysWhat);
  const before = what < 0 ? [] : head.slice(0, what);
  const verbs = head.filter(saysHow);
  const shared = before.filter((item) => (saysHowMuch(item) && !piece.some(saysHowMuch)) || (saysWhere(item) && !piece.some(saysWhere)));
  const changes = head.filter((item) => has(item, 'change'));
  const starts = [...(shared.length > 0 ? [[...verbs, ...shared]] : []), verbs, ...(changes.length > 0 && !piece.some((item) => has(item, 'change')) ? [[...verbs, ...changes]] : [])];
  return starts.filter((start) => start.length > 0).map((start) => [...start, ...piece]);
}

/** "increase contrast and saturation by 20 %", "... a bit": the amount at the end is for all of them; that of a change somewhere is for it alone. */
function borrowed(pieces: readonly Piece[], at: number): Item | undefined {
  const piece = pieces[at] ?? [];
  if (!piece.some(saysWhat) || piece.some(saysHowMuch)) return undefined;
  for (const next of pieces.slice(at + 1, at + 1 + operationsMax)) {
    if (next.some(saysHow) || next.some(saysWhere) || !next.some(saysWhat)) return undefined;
    if (next.some(saysHowMuch)) {
      const last = next.at(-1);
      const forAll = last !== undefined && ((last.role === 'by' && has(last, 'quantity')) || (has(last, 'degree') && next.length > 1));
      return forAll ? last : undefined;
    }
  }
  return undefined;
}

/** After so many spans that were not understood, the rest is not looked at. */
const unreadMax = 64;

/** Reads the segments of one instruction and keeps what was and what was not understood. */
class Chain {
  readonly steps: Step[] = [];
  readonly unread: Span[] = [];
  readonly kept: Span[] = [];
  outOfRange: readonly Candidate[] = [];
  readonly opposed: Span[] = [];

  constructor(private readonly extras: Extras) {}

  readSegment(pieces: readonly Piece[]): void {
    const first = this.steps.length;
    let head: Piece | undefined;
    for (let at = 0; at < pieces.length && this.steps.length <= operationsMax && this.unread.length <= unreadMax; ) {
      const { length, used } = this.readAt(pieces, at, head);
      head = used ?? head;
      at += length;
    }
    this.opposed.push(...contradictions(this.steps.slice(first)));
  }

  private readAt(pieces: readonly Piece[], at: number, head: Piece | undefined): { length: number; used?: Piece } {
    const piece = pieces[at] ?? [];
    if (at > 0 && piece.some((item) => item.readings.some((r) => r.is === 'verb' && r.verb === 'keep'))) this.kept.push(spanOf(piece));
    let failed: Exclude<Read, { operations: unknown }> | undefined;
    if (piece.some(isUnknown)) {
      this.refuse(piece, [], []);
      return { length: 1 };
    }
    for (let length = joinable(pieces, at); length > 0; length -= 1) {
      const own = joined(pieces.slice(at, at + length));
      const lent = length === 1 ? borrowed(pieces, at) : undefined;
      for (const items of attempts(own, head, lent)) {
        const read = readClause(items, this.extras);
        if ('operations' in read) {
          for (const operation of read.operations) this.steps.push({ operation, span: spanOf(own) });
          return { length, used: items };
        }
        failed = read;
      }
    }
    this.refuse(piece, failed?.left ?? [], failed?.outOfRange ?? []);
    return { length: 1 };
  }

  private refuse(piece: Piece, left: readonly Item[], outOfRange: readonly Candidate[]): void {
    const unknown = piece.filter(isUnknown);
    const blamed = unknown.length > 0 ? unknown : left.filter((item) => piece.includes(item));
    this.unread.push(...(blamed.length > 0 ? blamed.map(({ start, end }) => ({ start, end })) : [spanOf(piece)]));
    if (outOfRange.length > 0) this.outOfRange = outOfRange;
  }
}

/** How many pieces can be one clause: what follows a conjunction inside a clause is a value, never a verb or a property. */
function joinable(pieces: readonly Piece[], at: number): number {
  if (pieces[at]?.every(saysWhere) === true) return Math.min(2, pieces.length - at);
  let length = 1;
  while (length < joinedMax && at + length < pieces.length && !pieces[at + length]?.some((item) => saysHow(item) || saysWhat(item) || isUnknown(item) || item.readings.some((r) => r.is === 'effect' && r.effect !== 'duotone'))) length += 1;
  return length;
}

/** A place that goes before ("in the top half, make it darker") belongs to what follows; otherwise the joint stays, to be accounted for. */
function joined(pieces: readonly Piece[]): Piece {
  const [first = [], ...others] = pieces;
  if (others.length === 1 && first.every(saysWhere)) return [...others.flat(), ...first];
  return others.reduce<Piece>((all, piece) => [...all, { ...and }, ...piece], first);
}

/** In "make the shadows brighter and warmer" and "make the reds blue and brighter", what follows is said of the shadows and the reds. */
function hasSubject(head: Piece): boolean {
  const noun = head.findIndex((item) => has(item, 'property'));
  const change = head.findIndex((item) => has(item, 'change', 'quality'));
  return (noun >= 0 && noun < change) || (head.some((item) => has(item, 'family')) && head.some((item) => has(item, 'colour')));
}

function attempts(piece: Piece, head: Piece | undefined, lent: Item | undefined): readonly Piece[] {
  const own = head === undefined || piece.some(saysHow);
  const about = piece.some((item) => has(item, 'property', 'family'));
  const plain = own ? [piece] : hasSubject(head) && !about ? [] : [...inherited(head, piece), piece];
  return lent === undefined ? plain : [...plain.map((items) => [...items, lent]), ...plain];
}

/** The whole way from words to steps. Anything unaccounted for makes it `unread`; anything forbidden, `excluded`. */
export function readInstruction(instruction: string, dictionary: Dictionary, extras: Extras): Outcome {
  const terms = termsOf(tokenize(instruction), dictionary);
  const excluded = exclusionsIn(terms);
  if (excluded.length > 0) return { kind: 'excluded', spans: excluded };
  const chain = new Chain(extras);
  for (const segment of segmentsOf(itemsOf(terms))) chain.readSegment(segment);
  if (chain.kept.length > 0) return { kind: 'excluded', spans: chain.kept };
  const spans = [...chain.unread, ...chain.opposed, ...chain.steps.slice(operationsMax).map(({ span }) => span)];
  if (spans.length === 0 && chain.steps.length > 0) return { kind: 'steps', steps: chain.steps };
  const whole = instruction.length > 0 ? [{ start: 0, end: instruction.length }] : [];
  return { kind: 'unread', spans: spans.length > 0 ? spans : whole, understood: chain.steps.slice(0, operationsMax), outOfRange: chain.outOfRange, contradictory: chain.opposed.length > 0 };
}
