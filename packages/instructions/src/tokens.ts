/** What the reader saw as one unit, with its place in the caller's own string (UTF-16 offsets, end exclusive). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * `strange` is everything the tokenizer has no use for (emoji, hidden tag characters, direction overrides, superscripts): it is kept,
 * so that it stays unaccounted for. `lineStart` marks the first token of a line.
 */
export interface Token extends Span {
  readonly kind: 'word' | 'number' | 'mark' | 'quoted' | 'strange';
  readonly text: string;
  readonly value: number;
  readonly lineStart: boolean;
  /** No white space between this token and the one before. */
  readonly glued: boolean;
}

interface Glyph extends Span {
  readonly text: string;
  readonly fraction?: number;
}

/** Characters that show nothing and mean nothing: zero-width space and joiners, direction marks, soft hyphen, byte order mark. */
const invisible = /^[\u00AD\u200B-\u200F\u2060\uFEFF]$/;
const sameAs = new Map([['’', "'"], ['ʼ', "'"], ['−', '-'], ['‐', '-'], ['‑', '-'], ['×', 'x'], ['✕', 'x'], ['º', '°'], ['˚', '°'], ['–', '—']]);
const closers = new Map([['"', '"'], ['“', '”“"'], ['„', '“”'], ['«', '»'], ['‘', "'"], ["'", "'"], ['`', '`']]);
const knownMarks = /^[,;.:()%°+\-/&!?*•—]$/;
const isPlain = (raw: string): boolean => raw.length === 1 && raw >= ' ' && raw <= '~';
const letters = /^[\p{L}\p{M}]+$/u;
const digit = /^[0-9]$/;

const vulgarFraction = (normal: string): number | undefined => {
  const parts = normal.split('\u2044');
  return parts.length === 2 && parts[0] && parts[1] ? Number(parts[0]) / Number(parts[1]) : undefined;
};

function glyphOf(raw: string, start: number, end: number): Glyph {
  if (isPlain(raw)) return { text: raw.toLowerCase(), start, end };
  const known = sameAs.get(raw);
  if (known !== undefined) return { text: known, start, end };
  const normal = raw.normalize('NFKC').toLowerCase();
  if (!/^\p{No}/u.test(raw)) return { text: normal, start, end };
  const fraction = vulgarFraction(normal);
  return fraction === undefined ? { text: raw, start, end } : { text: raw, start, end, fraction };
}

/** Compatibility-normalised glyphs, each with the span it came from; invisible characters are left out. */
function glyphsOf(instruction: string): Glyph[] {
  const glyphs: Glyph[] = [];
  let raw = '';
  let start = 0;
  let at = 0;
  const flush = (): void => {
    if (raw !== '') glyphs.push(glyphOf(raw, start, at));
    raw = '';
  };
  for (const point of instruction) {
    if (isPlain(point) || !invisible.test(point)) {
      if (raw === '' || isPlain(point) || !/^\p{M}$/u.test(point)) {
        flush();
        start = at;
      }
      raw += point;
    } else flush();
    at += point.length;
  }
  flush();
  return glyphs;
}

/** Reads glyphs into tokens. One pass, no backtracking but for a bounded look ahead. */
class Reader {
  readonly tokens: Token[] = [];
  private at = 0;
  private lineStart = true;
  private glued = false;
  private readonly unclosed = new Set<string>();

  constructor(private readonly glyphs: readonly Glyph[]) {}

  read(): Token[] {
    while (this.at < this.glyphs.length) this.step();
    return this.tokens;
  }

  private text(offset = 0): string {
    return this.glyphs[this.at + offset]?.text ?? '';
  }

  private push(kind: Token['kind'], text: string, length: number, value = Number.NaN): void {
    const start = this.glyphs[this.at]?.start ?? 0;
    const end = this.glyphs[this.at + length - 1]?.end ?? start;
    this.tokens.push({ kind, text, value, start, end, lineStart: this.lineStart, glued: this.glued });
    this.at += length;
    this.lineStart = false;
    this.glued = true;
  }

  private step(): void {
    const text = this.text();
    if (/^\s+$/.test(text)) {
      if (/[\n\r\u2028\u2029]/.test(text)) this.lineStart = true;
      this.glued = false;
      this.at += 1;
      return;
    }
    const fraction = this.glyphs[this.at]?.fraction;
    if (fraction !== undefined) return this.push('number', text, 1, fraction);
    if (digit.test(text) || (text === '.' && digit.test(this.text(1)))) return this.number();
    if (letters.test(text)) return this.word();
    if (text === '#') return this.hex();
    if (closers.has(text)) return this.quoted(closers.get(text) ?? '');
    if (text === '-' && this.isHyphen()) {
      this.at += 1;
      return;
    }
    this.push(knownMarks.test(text) ? 'mark' : 'strange', text, 1);
  }

  /** Between two glued words, or a number and a word, a hyphen joins what the lexicon writes as separate words. */
  private isHyphen(): boolean {
    const before = this.tokens.at(-1);
    return this.glued && (before?.kind === 'word' || before?.kind === 'number') && (letters.test(this.text(1)) || (before.kind === 'word' && digit.test(this.text(1))));
  }

  private digits(offset: number): number {
    let length = 0;
    while (digit.test(this.text(offset + length))) length += 1;
    return length;
  }

  private number(): void {
    let length = this.digits(0);
    let written = this.slice(0, length);
    if (length > 0 && length <= 3) {
      while (this.text(length) === ',' && this.digits(length + 1) === 3) {
        written += this.slice(length + 1, length + 4);
        length += 4;
      }
    }
    const decimals = this.text(length) === '.' ? this.digits(length + 1) : 0;
    if (decimals > 0) {
      written += this.slice(length, length + 1 + decimals);
      length += 1 + decimals;
    }
    const value = Number(written);
    this.push(Number.isFinite(value) ? 'number' : 'strange', written, length, value);
  }

  private word(): void {
    const before = this.tokens.at(-1);
    const afterNumber = this.glued && before?.kind === 'number';
    let length = 1;
    for (;;) {
      const next = this.text(length);
      const apostrophe = next === "'" && letters.test(this.text(length + 1));
      if (!letters.test(next) && !apostrophe && (afterNumber || !digit.test(next))) break;
      length += 1;
    }
    this.push('word', this.slice(0, length), length);
  }

  private hex(): void {
    let length = 1;
    while (length <= 7 && /^[0-9a-z]$/.test(this.text(length))) length += 1;
    const text = this.slice(0, length);
    this.push(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/.test(text) ? 'word' : 'strange', text, length);
  }

  private quoted(closing: string): void {
    let length = 1;
    if (!this.unclosed.has(closing)) {
      while (this.at + length < this.glyphs.length && !closing.includes(this.text(length))) length += 1;
      if (this.at + length < this.glyphs.length) return this.push('quoted', this.slice(1, length), length + 1);
      this.unclosed.add(closing);
    }
    this.push('strange', this.text(), 1);
  }

  private slice(from: number, to: number): string {
    let text = '';
    for (let i = from; i < to; i += 1) text += this.text(i);
    return text;
  }
}

/** Splits an instruction into tokens. Never throws; every visible character lies in exactly one token or is a hyphen inside a compound. */
export const tokenize = (instruction: string): Token[] => new Reader(glyphsOf(instruction)).read();
