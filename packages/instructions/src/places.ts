import type { Place } from './lexicon.js';
import type { Anchor, Box, Region } from './plan.js';
import type { Clause, Position } from './clause.js';

/** Rounds away what floating point adds. */
export const tidy = (value: number): number => Math.round(value * 1e6) / 1e6;

/** How much "the left" or "the top left corner" is when nothing more is said. */
const usualPart = 0.5;
const cornerQuarter = 0.25;

/** The part of the picture that a place names. The centre is a box in both directions, but "the middle third" is the middle one of three columns. */
export function boxOf(place: Place): Box | undefined {
  if (place.px !== undefined || (place.part !== undefined && !(place.part > 0 && place.part <= 1))) return undefined;
  const corner = place.horizontal !== undefined && place.vertical !== undefined;
  const part = corner && place.part === cornerQuarter ? usualPart : (place.part ?? usualPart);
  if (place.centre === true) {
    const column = Math.abs(part - 1 / 3) < 1e-9;
    const from = tidy((1 - part) / 2);
    return { x: from, y: column ? 0 : from, width: tidy(part), height: column ? 1 : tidy(part) };
  }
  return {
    x: place.horizontal === 'right' ? tidy(1 - part) : 0,
    y: place.vertical === 'bottom' ? tidy(1 - part) : 0,
    width: place.horizontal === undefined ? 1 : tidy(part),
    height: place.vertical === undefined ? 1 : tidy(part),
  };
}

/** Which end is kept, or where the picture sits. */
export function anchorOf({ horizontal, vertical }: Place): Anchor {
  if (horizontal === undefined) return vertical ?? 'centre';
  return vertical === undefined ? horizontal : `${vertical}-${horizontal}`;
}

export function takeAnchor(clause: Clause): { anchor?: Anchor } {
  const taken = clause.take('place', ['bare', 'in', 'from', 'to'], ({ place }) => place.part === undefined && place.px === undefined);
  return taken === undefined ? {} : { anchor: anchorOf(taken.place) };
}

/** Takes the place or the mask that an operation is restricted to. A mask counts only if the caller sent one. */
export function takeRegion(clause: Clause, positions: readonly Position[] = ['bare', 'in', 'to']): { region?: Region } {
  const place = clause.take('place', positions, (r) => boxOf(r.place) !== undefined);
  const box = place && boxOf(place.place);
  if (box !== undefined) return { region: { kind: 'box', box } };
  return clause.context.mask && clause.take('mask', positions) !== undefined ? { region: { kind: 'mask' } } : {};
}
