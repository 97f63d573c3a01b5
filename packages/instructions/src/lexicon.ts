import type { ColourFamily, OperationOf } from './plan.js';
import { tokenize } from './tokens.js';

/** What can be turned up and down, and by how much. */
export type Property =
  | 'brightness' | 'exposure' | 'contrast' | 'gamma' | 'shadows' | 'highlights' | 'saturation' | 'vibrance' | 'temperature' | 'tint' | 'hue' | 'localContrast';
export type Effect = 'blackAndWhite' | 'sepia' | 'duotone' | 'invert' | 'threshold' | 'autoLevels' | 'autoWhiteBalance' | 'colourMatch';
export type Verb =
  | 'make' | 'turn' | 'apply' | 'set' | 'crop' | 'cut' | 'keep' | 'rotate' | 'straighten' | 'flip' | 'mirror' | 'resize' | 'enlarge' | 'shrink' | 'stretch' | 'fit' | 'cover' | 'pad' | 'add'
  | 'replace' | 'match' | 'shift';
export type Unit = 'none' | 'percent' | 'px' | 'degrees' | 'stops' | 'times' | 'fraction';
export type Role = 'by' | 'to' | 'from' | 'with' | 'in';
export type Thing = 'border' | 'canvas' | 'size' | 'wide' | 'high' | 'longEdge' | 'shortEdge' | 'parts' | 'corners' | 'allSides' | 'proportions';
export type Sign = 1 | -1;

/** Where in the picture: a side, a corner or the centre, and how much of it. `px` is for crops only. */
export interface Place {
  readonly horizontal?: 'left' | 'right';
  readonly vertical?: 'top' | 'bottom';
  readonly centre?: true;
  readonly part?: number;
  readonly px?: number;
}

/** What a phrase can mean. A phrase may have several meanings; the grammar takes the one that fits. */
export type Meaning =
  /** Courtesy, articles and words for the picture: accounted for, says nothing. */
  | { readonly is: 'filler' }
  /** Forbids something: such an instruction is never executed. */
  | { readonly is: 'exclusion' }
  /** Ends a clause. After a soft break the verb may be shared ("brighter and warmer"); a hard one starts afresh. */
  | { readonly is: 'break'; readonly hard: boolean }
  | { readonly is: 'role'; readonly role: Role }
  | { readonly is: 'verb'; readonly verb: Verb }
  /** `more` goes with nouns and adjectives, the others with nouns; only `raise` is clear about shadows ("reduce the shadows" is said for both). */
  | { readonly is: 'direction'; readonly sign: Sign; readonly how: 'more' | 'raise' | 'strengthen' }
  | { readonly is: 'property'; readonly of: Property }
  /** Says property and direction at once: "brighter", "darken". */
  | { readonly is: 'change'; readonly of: Property; readonly sign: Sign; readonly strength?: number }
  /** An adjective that wants "more", "less" or "make it": "vivid". */
  | { readonly is: 'quality'; readonly of: Property; readonly sign: Sign }
  | { readonly is: 'effect'; readonly effect: Effect }
  | { readonly is: 'degree'; readonly strength: number }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'multiplier'; readonly value: number }
  | { readonly is: 'addend'; readonly value: number }
  | { readonly is: 'sign'; readonly sign: Sign }
  | { readonly is: 'unit'; readonly unit: Unit; readonly factor?: number }
  | { readonly is: 'quantity'; readonly value: number; readonly unit: Unit; readonly sign?: Sign }
  /** "twice", "half as": so many times what it is. */
  | { readonly is: 'times'; readonly factor: number }
  | { readonly is: 'between'; readonly what: 'ratio' | 'size' | 'over' }
  | { readonly is: 'aspect'; readonly width: number; readonly height: number }
  | { readonly is: 'orientation'; readonly orientation: 'portrait' | 'landscape' }
  | { readonly is: 'spin'; readonly degrees: number }
  | { readonly is: 'axis'; readonly axis: OperationOf<'flip'>['axis'] }
  /** `whole`: a percentage after it is not its extent ("the left side 20 % brighter"). */
  | { readonly is: 'place'; readonly place: Place; readonly whole?: true }
  | { readonly is: 'part'; readonly fraction: number }
  | { readonly is: 'mask' }
  | { readonly is: 'colour'; readonly hex: string }
  | { readonly is: 'family'; readonly family: ColourFamily }
  /** Mixes the colour that follows: -1 is black, 1 is white. */
  | { readonly is: 'shade'; readonly towards: number }
  | { readonly is: 'thing'; readonly thing: Thing }
  /** Counted from zero. */
  | { readonly is: 'reference'; readonly index: number };

/**
 * Phrases with one meaning. Phrases are split by `|`; `(the)` may be left out; `a/b` are alternatives of one word.
 * A hyphen is written as a space, letters in lower case.
 */
export interface Entry {
  readonly means: Meaning | readonly Meaning[];
  readonly say: string;
}

/** How a language labels what will be done. Braces name the values that the code fills in. */
export interface Labels {
  readonly properties: Readonly<Record<Property, string>>;
  readonly effects: Readonly<Record<Effect, string>>;
  readonly places: Readonly<Record<string, string>>;
  readonly patterns: Readonly<Record<string, string>>;
}

/** One language: data only, so that a speaker can write one without touching code. */
export interface Lexicon {
  readonly language: string;
  readonly entries: readonly Entry[];
  readonly labels: Labels;
  /** Instructions that work, offered where one did not. */
  readonly examples: readonly string[];
}

interface Branch {
  readonly next: Map<string, Branch>;
  readonly meanings: Meaning[];
}

/** A lexicon made ready for longest match. `words` are those that say something, for spelling suggestions. */
export interface Dictionary {
  readonly lexicon: Lexicon;
  readonly root: Branch;
  readonly words: ReadonlySet<string>;
}

function alternatives(phrase: string): string[] {
  let phrases = [''];
  for (const slot of phrase.trim().split(/\s+/)) {
    const optional = slot.startsWith('(') && slot.endsWith(')') && slot.length > 2;
    const words = slot.length === 1 ? [slot] : (optional ? slot.slice(1, -1) : slot).split('/');
    const choices = optional ? ['', ...words] : words;
    phrases = phrases.flatMap((start) => choices.map((choice) => `${start} ${choice}`));
  }
  return phrases;
}

function plant(root: Branch, phrase: string, meanings: readonly Meaning[]): void {
  let branch = root;
  for (const { text } of tokenize(phrase)) {
    let next = branch.next.get(text);
    if (next === undefined) branch.next.set(text, (next = { next: new Map(), meanings: [] }));
    branch = next;
  }
  branch.meanings.push(...meanings);
}

export function compile(lexicon: Lexicon): Dictionary {
  const root: Branch = { next: new Map(), meanings: [] };
  const words = new Set<string>();
  for (const { means, say } of lexicon.entries) {
    const meanings = 'is' in means ? [means] : means;
    for (const phrase of say.split('|').flatMap(alternatives)) {
      plant(root, phrase, meanings);
      if (meanings.every((m) => m.is !== 'filler' && m.is !== 'exclusion')) for (const word of phrase.trim().split(' ')) words.add(word);
    }
  }
  for (const word of words) if (root.next.get(word)?.meanings.some((m) => m.is === 'filler' || m.is === 'exclusion')) words.delete(word);
  return { lexicon, root, words };
}
