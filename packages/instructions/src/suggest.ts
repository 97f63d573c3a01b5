import { readInstruction, type Extras, type Unread } from './chain.js';
import { describeIn } from './describe.js';
import type { Dictionary, Meaning } from './lexicon.js';
import { planOperation } from './plan.js';
import { spellingsOf } from './spelling.js';
import { termsOf } from './terms.js';
import { tokenize } from './tokens.js';
import { withinRange } from './within-range.js';

const suggestionsMax = 3;
/** A longer chain is not worth repeating without its last word. */
const repeatedMax = 8;
/** More misspelt words than this are not worth guessing at. */
const misspeltMax = 4;

/** What a sentence is about, so that examples about the same can be found. */
function topicOf(meaning: Meaning): string | undefined {
  switch (meaning.is) {
    case 'verb':
      return meaning.verb === 'make' || meaning.verb === 'turn' || meaning.verb === 'set' || meaning.verb === 'apply' ? undefined : meaning.verb;
    case 'property':
    case 'change':
    case 'quality':
      return meaning.of;
    case 'effect':
      return meaning.effect;
    case 'thing':
      return meaning.thing;
    case 'aspect':
    case 'orientation':
      return 'aspect';
    case 'axis':
    case 'family':
    case 'place':
      return meaning.is;
    default:
      return undefined;
  }
}

function topicsOf(sentence: string, dictionary: Dictionary): Set<string> {
  const topics = termsOf(tokenize(sentence), dictionary).flatMap((term) => term.meanings.map(topicOf));
  return new Set(topics.filter((topic) => topic !== undefined));
}

const examplesOf = new WeakMap<Dictionary, readonly { example: string; about: ReadonlySet<string> }[]>();

function nearestExamples(instruction: string, dictionary: Dictionary): readonly string[] {
  const topics = topicsOf(instruction, dictionary);
  let examples = examplesOf.get(dictionary);
  if (examples === undefined) examplesOf.set(dictionary, (examples = dictionary.lexicon.examples.map((example) => ({ example, about: topicsOf(example, dictionary) }))));
  const ranked = examples
    .map(({ example, about }) => ({ example, shared: [...about].filter((topic) => topics.has(topic)).length }))
    .filter(({ shared }) => shared > 0)
    .toSorted((a, b) => b.shared - a.shared);
  return ranked.map(({ example }) => example);
}

/** The instruction with its unknown words replaced by known ones that are spelt alike. */
function corrected(instruction: string, { spans }: Unread, dictionary: Dictionary): string[] {
  if (spans.length > misspeltMax) return [];
  const choices = spans.map(({ start, end }) => spellingsOf(instruction.slice(start, end).toLowerCase(), dictionary.words));
  if (choices.some((words) => words.length === 0)) return [];
  const longest = Math.max(0, ...choices.map((words) => words.length));
  return Array.from({ length: longest }, (_, choice) => {
    let sentence = instruction;
    for (const [i, { start, end }] of [...spans.entries()].toReversed()) {
      const words = choices[i] ?? [];
      sentence = sentence.slice(0, start) + (words[choice] ?? words[0] ?? '') + sentence.slice(end);
    }
    return sentence;
  });
}

/** Whole instructions near to what was said that would be understood; each was tried. They are offered, never executed. */
export function suggestionsFor(instruction: string, unread: Unread, dictionary: Dictionary, extras: Extras): string[] {
  const found = new Set<string>();
  const offer = (sentence: string): void => {
    if (found.size < suggestionsMax && readInstruction(sentence, dictionary, extras).kind === 'steps') found.add(sentence);
  };
  for (const candidate of unread.outOfRange) {
    const read = planOperation.safeParse(withinRange(candidate));
    if (read.success) offer(describeIn(read.data, dictionary.lexicon).toLowerCase());
  }
  if (!unread.contradictory) for (const sentence of corrected(instruction, unread, dictionary)) offer(sentence);
  if (!unread.contradictory && unread.understood.length <= repeatedMax) offer(unread.understood.map(({ operation }) => describeIn(operation, dictionary.lexicon).toLowerCase()).join(', then '));
  if (unread.contradictory) for (const { start, end } of unread.spans) offer(instruction.slice(start, end));
  for (const example of nearestExamples(instruction, dictionary)) offer(example);
  if (found.size === 0) for (const example of dictionary.lexicon.examples) offer(example);
  return [...found];
}
