import type { Plan } from '@flux-context/instructions';
import type { Picture } from './picture.js';

/** What this tab must remember of an edit to tie its deletion receipt to its files. */
export interface SentEdit {
  readonly id: string;
  readonly receiptNonce: string | undefined;
  /** The picture file as it was sent. */
  readonly sent: Blob;
}

/** One edit of the chain: what was said, what came back, and the plan if saying it again from further back gives the same. */
export interface Turn {
  readonly id: string;
  readonly instruction: string;
  readonly labels: readonly string[];
  readonly picture: Picture;
  readonly edit: SentEdit;
  /** Absent when a mask, a reference or a model took part: such a turn cannot be replayed from another picture. */
  readonly replay?: Plan;
}

/** The chain, kept in this tab only. `at` turns are applied; those after it wait for redo. */
export interface Timeline {
  readonly original: Picture;
  readonly turns: readonly Turn[];
  readonly at: number;
}

export const startOf = (original: Picture): Timeline => ({ original, turns: [], at: 0 });

/** A new turn takes the place of everything that was undone. */
export const extended = (timeline: Timeline, turn: Turn): Timeline => {
  const turns = [...timeline.turns.slice(0, timeline.at), turn];
  return { ...timeline, turns, at: turns.length };
};

export const movedTo = (timeline: Timeline, at: number): Timeline => ({ ...timeline, at: Math.min(Math.max(at, 0), timeline.turns.length) });

/** The picture after the first `at` turns; the original at 0. */
export const pictureAt = (timeline: Timeline, at: number): Picture => timeline.turns[at - 1]?.picture ?? timeline.original;

export const picturesOf = (timeline: Timeline): readonly Picture[] => [timeline.original, ...timeline.turns.map((turn) => turn.picture)];
