import type { Dictionary } from './lexicon.js';
import { compile } from './lexicon.js';
import { english } from './lexicons/english/index.js';
import { describeIn } from './describe.js';
import { readInstruction } from './chain.js';
import { inSelection } from './in-selection.js';
import type { OperationName, Plan, PlanOperation } from './plan.js';
import { suggestionsFor } from './suggest.js';
import type { Span } from './tokens.js';

/** One operation of the plan in a few words, and the part of the instruction it comes from. */
export interface Chip {
  readonly op: OperationName;
  readonly label: string;
  readonly span: Span;
}

/** What comes with the instruction: a mask binds what is said without a place, references give "the reference" a meaning. */
export interface InstructionContext {
  readonly mask?: boolean | undefined;
  readonly references?: number | undefined;
  readonly language?: string | undefined;
}

/** Spans are UTF-16 offsets in the instruction, end exclusive. Suggestions are whole instructions that would be understood. */
export type Understanding =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly chips: readonly Chip[] }
  | { readonly kind: 'notUnderstood'; readonly spans: readonly Span[]; readonly suggestions: readonly string[] }
  | { readonly kind: 'excluded'; readonly spans: readonly Span[] };

const usual = compile(english);
const dictionaries = new Map<string, Dictionary>([[english.language, usual]]);

const dictionaryFor = (language: string | undefined): Dictionary => dictionaries.get(language ?? english.language) ?? usual;

/**
 * Reads an instruction completely or not at all: a plan only if every word was accounted for; `excluded` if it forbids or excepts
 * something, which no plan can promise; else `notUnderstood`. Never throws.
 */
export function understand(instruction: string, context: InstructionContext = {}): Understanding {
  const dictionary = dictionaryFor(context.language);
  const extras = { mask: context.mask === true, references: context.references ?? 0 };
  const outcome = readInstruction(instruction, dictionary, extras);
  if (outcome.kind === 'excluded') return outcome;
  if (outcome.kind === 'unread') return { kind: 'notUnderstood', spans: outcome.spans, suggestions: suggestionsFor(instruction, outcome, dictionary, extras) };
  const steps = extras.mask ? outcome.steps.map(({ operation, span }) => ({ operation: inSelection(operation), span })) : outcome.steps;
  const chips = steps.map(({ operation, span }) => ({ op: operation.op, label: describeIn(operation, dictionary.lexicon), span }));
  return { kind: 'plan', plan: { version: 1, operations: steps.map(({ operation }) => operation) }, chips };
}

/** A short label with numbers and units ("Brightness +30 %"). Most labels are themselves understood. */
export const describe = (operation: PlanOperation, language?: string): string => describeIn(operation, dictionaryFor(language).lexicon);
