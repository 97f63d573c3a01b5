import type { Meaning, Place, Role, Unit } from './lexicon.js';
import type { Length } from './plan.js';
import type { Term } from './terms.js';
import type { Span } from './tokens.js';

/** A phrase, or several composed into one value: "twenty five percent", "1200 x 800", "the top 20 %", "pale blue". */
export type Reading = Meaning | { readonly is: 'dimensions'; readonly width: Length; readonly height: Length };
export type Quantity = Extract<Reading, { is: 'quantity' }>;

/** One thing said, with the preposition before it. Without readings it is unknown. */
export interface Item extends Span {
  readonly readings: readonly Reading[];
  readonly role?: Role;
}

const meaning = <I extends Meaning['is']>(term: Term | undefined, is: I): Extract<Meaning, { is: I }> | undefined =>
  term?.meanings.find((m): m is Extract<Meaning, { is: I }> => m.is === is);

interface Composed {
  readonly length: number;
  readonly reading: Reading;
}

/** "1", "one hundred and twenty", "three quarters", "1/2", "1½", "one and a half". */
function numberAt(terms: readonly Term[], at: number): { length: number; value: number; fraction: boolean } | undefined {
  let i = at;
  let value = 0;
  let last = Number.POSITIVE_INFINITY;
  for (;;) {
    const word = meaning(terms[i], 'number');
    const multiplier = meaning(terms[i], 'multiplier');
    if (word !== undefined && (i === at || fitsAfter(terms[i], word.value, last))) {
      value += word.value;
      last = word.value === 0 ? 0 : 10 ** Math.floor(Math.log10(word.value));
    } else if (multiplier !== undefined && i > at) {
      value *= multiplier.value;
      last = multiplier.value;
    } else break;
    i += 1;
  }
  const part = meaning(terms[i], 'part');
  if (part !== undefined && (i === at || value < 10)) return { length: i + 1 - at, value: (i === at ? 1 : value) * part.fraction, fraction: true };
  if (i === at) return undefined;
  const addend = meaning(terms[i], 'addend');
  if (addend !== undefined) return { length: i + 1 - at, value: value + addend.value, fraction: false };
  const over = meaning(terms[i], 'between');
  const divisor = meaning(terms[i + 1], 'number');
  if (over?.what === 'over' && divisor !== undefined && divisor.value > 0) return { length: i + 2 - at, value: value / divisor.value, fraction: true };
  return { length: i - at, value, fraction: terms[at]?.token.kind === 'number' && value < 1 && !/\d/.test(terms[at].token.text) };
}

/** "twenty" takes "five", "hundred" takes "twenty"; digits take nothing but a vulgar fraction glued to them. */
function fitsAfter(term: Term | undefined, value: number, last: number): boolean {
  if (term?.token.kind === 'number') return term.token.glued && value < 1;
  return value < last && last >= 10 && value > 0;
}

function quantityAt(terms: readonly Term[], at: number): (Composed & { reading: Quantity }) | undefined {
  const ready = meaning(terms[at], 'quantity');
  if (ready !== undefined) return { length: 1, reading: ready };
  const sign = meaning(terms[at], 'sign');
  const from = sign === undefined ? at : at + 1;
  const number = numberAt(terms, from);
  const loose = sign !== undefined && terms[at]?.token.kind === 'mark' && terms[from]?.token.glued === false;
  if (number === undefined || loose) return undefined;
  const next = terms[from + number.length];
  const unit = meaning(next, 'between') !== undefined && meaning(terms[from + number.length + 1], 'number') !== undefined ? undefined : meaning(next, 'unit');
  const plain: Unit = number.fraction ? 'fraction' : 'none';
  return {
    length: from + number.length - at + (unit === undefined ? 0 : 1),
    reading: { is: 'quantity', value: number.value * (unit?.factor ?? 1), unit: unit?.unit ?? plain, ...(sign && { sign: sign.sign }) },
  };
}

export const lengthOf = ({ value, unit }: Quantity): Length | undefined => {
  if (unit === 'px' || unit === 'none') return { unit: 'px', value };
  if (unit === 'percent') return { unit: 'fraction', value: value / 100 };
  return unit === 'fraction' ? { unit: 'fraction', value } : undefined;
};

/** Above this, two bare numbers are pixels ("1200 x 800"); below, a ratio ("4 x 3"). */
const ratioMax = 50;

function pairAt(terms: readonly Term[], at: number): Composed | undefined {
  const first = quantityAt(terms, at);
  if (first === undefined || first.reading.sign !== undefined) return undefined;
  const middle = terms[at + first.length];
  const byWord = middle?.meanings.some((m) => (m.is === 'between' && m.what !== 'over') || (m.is === 'role' && m.role === 'by')) ?? false;
  const second = byWord ? quantityAt(terms, at + first.length + 1) : undefined;
  if (second === undefined || second.reading.sign !== undefined) return undefined;
  const length = first.length + 1 + second.length;
  const [a, b] = [first.reading, second.reading];
  const bare = a.unit === 'none' && b.unit === 'none';
  const ratio = meaning(middle, 'between')?.what === 'ratio';
  if (bare && (ratio || (a.value < ratioMax && b.value < ratioMax))) return { length, reading: { is: 'aspect', width: a.value, height: b.value } };
  const width = lengthOf(a.unit === 'none' ? { ...a, unit: b.unit } : a);
  const height = lengthOf(b);
  return ratio || width === undefined || height === undefined ? undefined : { length, reading: { is: 'dimensions', width, height } };
}

/** "top left", "the lower third", "bottom 20 %", "left 300 px". */
function placeAt(terms: readonly Term[], at: number): Composed | undefined {
  let place: Place | undefined;
  let i = at;
  let whole = false;
  for (let next = meaning(terms[i], 'place'); next !== undefined; next = meaning(terms[i], 'place')) {
    if (place !== undefined && overlap(place, next.place)) break;
    place = { ...place, ...next.place };
    whole = next.whole === true;
    i += 1;
  }
  if (place === undefined) return undefined;
  const extent = whole ? undefined : quantityAt(terms, i);
  if (extent !== undefined && extent.reading.sign === undefined) {
    const { value, unit } = extent.reading;
    const length = i - at + extent.length;
    if (unit === 'percent' || unit === 'fraction') return { length, reading: { is: 'place', place: { ...place, part: unit === 'percent' ? value / 100 : value } } };
    if (unit === 'px') return { length, reading: { is: 'place', place: { ...place, px: value } } };
  }
  return { length: i - at, reading: { is: 'place', place } };
}

const overlap = (a: Place, b: Place): boolean =>
  (a.horizontal !== undefined && b.horizontal !== undefined) || (a.vertical !== undefined && b.vertical !== undefined) || a.centre === true || b.centre === true;

const mix = (hex: string, towards: number): string => {
  const end = towards > 0 ? 255 : 0;
  const channel = (from: number): string => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16);
    return Math.round(value + (end - value) * Math.abs(towards)).toString(16).padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
};

const hexCode = /^#[0-9a-f]{3}(?:[0-9a-f]{3})?$/;

function colourAt(terms: readonly Term[], at: number): Composed | undefined {
  const term = terms[at];
  if (term?.token.kind === 'word' && hexCode.test(term.token.text)) {
    const text = term.token.text;
    return { length: 1, reading: { is: 'colour', hex: text.length === 7 ? text : text.replaceAll(/[0-9a-f]/g, '$&$&') } };
  }
  const shade = meaning(term, 'shade');
  const colour = shade === undefined ? undefined : meaning(terms[at + 1], 'colour');
  return shade === undefined || colour === undefined ? undefined : { length: 2, reading: { is: 'colour', hex: mix(colour.hex, shade.towards) } };
}

function composedAt(terms: readonly Term[], at: number): Composed | undefined {
  return pairAt(terms, at) ?? quantityAt(terms, at) ?? placeAt(terms, at) ?? colourAt(terms, at);
}

/** Composes terms into items. Fillers go, prepositions become the role of what follows; one without a follower stays, unaccounted for. */
export function itemsOf(all: readonly Term[]): Item[] {
  const terms = all.filter((term) => meaning(term, 'filler') === undefined || term.meanings.length > 1);
  const items: Item[] = [];
  let pending: { role: Role; term: Term } | undefined;
  const strand = (): void => {
    if (pending !== undefined) items.push({ readings: pending.term.meanings, start: pending.term.start, end: pending.term.end });
    pending = undefined;
  };
  for (let at = 0; at < terms.length; ) {
    const term = terms[at];
    if (term === undefined) break;
    const role = meaning(term, 'role');
    if (role !== undefined || meaning(term, 'break') !== undefined) {
      strand();
      if (role === undefined) items.push({ readings: term.meanings, start: term.start, end: term.end });
      else pending = { role: role.role, term };
      at += 1;
      continue;
    }
    const composed = composedAt(terms, at);
    if (composed === undefined && term.meanings.length === 0) strand();
    const length = composed?.length ?? 1;
    const readings = composed === undefined ? term.meanings : length === 1 ? [composed.reading, ...term.meanings] : [composed.reading];
    items.push({ readings, start: pending?.term.start ?? term.start, end: terms[at + length - 1]?.end ?? term.end, ...(pending && { role: pending.role }) });
    pending = undefined;
    at += length;
  }
  strand();
  return items;
}
