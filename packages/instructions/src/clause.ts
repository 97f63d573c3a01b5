import type { Item, Quantity, Reading } from './items.js';
import type { Role, Thing, Verb } from './lexicon.js';

type ReadingOf<I extends Reading['is']> = Extract<Reading, { is: I }>;

/** Where a frame looks for an item: `bare` is without a preposition. */
export type Position = Role | 'bare';

/**
 * The items of one clause, each to be taken at most once. A frame takes what it needs; the clause is understood only if nothing
 * is left, so no word can be passed over.
 */
export class Clause {
  private readonly taken = new Set<Item>();

  constructor(
    readonly items: readonly Item[],
    readonly context: { readonly mask: boolean; readonly references: number },
  ) {}

  /** Takes the first free item that reads as `is` in one of the positions and passes the test. */
  take<I extends Reading['is']>(is: I, positions: readonly Position[] = ['bare'], test: (reading: ReadingOf<I>) => boolean = () => true): ReadingOf<I> | undefined {
    for (const item of this.items) {
      const reading = item.readings.find((r): r is ReadingOf<I> => r.is === is && test(r as ReadingOf<I>));
      if (reading === undefined || this.taken.has(item) || !positions.includes(item.role ?? 'bare')) continue;
      this.taken.add(item);
      return reading;
    }
    return undefined;
  }

  takeVerb(...verbs: readonly Verb[]): Verb | undefined {
    return this.take('verb', ['bare'], (r) => verbs.includes(r.verb))?.verb;
  }

  takeThing(thing: Thing, positions: readonly Position[] = ['bare']): boolean {
    return this.take('thing', positions, (r) => r.thing === thing) !== undefined;
  }

  takeQuantity(positions: readonly Position[], ...units: readonly Quantity['unit'][]): Quantity | undefined {
    return this.take('quantity', positions, (r) => units.includes(r.unit));
  }

  /** "black and white", "left and right": takes the conjunction between two values. */
  takeAnd(): boolean {
    return this.take('break') !== undefined;
  }

  get left(): Item[] {
    return this.items.filter((item) => !this.taken.has(item));
  }
}

/** Reads one kind of operation out of a clause: candidates for the plan, or nothing if this is not its kind of clause. */
export type Frame = (clause: Clause) => readonly Candidate[] | undefined;

/** An operation before the plan's schema has judged it. */
export type Candidate = { readonly op: string } & Readonly<Record<string, unknown>>;
