import type { Candidate, Clause, Frame } from '../clause.js';
import { lengthOf } from '../items.js';
import type { Place } from '../lexicon.js';
import { boxOf, takeAnchor, tidy } from '../places.js';
import { sides, type Length, type Side } from '../plan.js';

const whole: Length = { unit: 'fraction', value: 1 };

const cropped = (to: object): readonly Candidate[] => [{ op: 'crop', to }];

/** A shape as it was said, turned upright or flat if that was said too. */
export function takeAspect(clause: Clause): { width: number; height: number } | undefined {
  const shape = clause.take('aspect', ['bare', 'to', 'in', 'with']);
  const orientation = clause.take('orientation', ['bare', 'to', 'in', 'with'])?.orientation;
  const { width, height } = shape ?? (orientation === undefined ? { width: 0, height: 0 } : { width: 3, height: 2 });
  if (width === 0) return undefined;
  if (orientation === undefined) return { width, height };
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  return orientation === 'landscape' ? { width: long, height: short } : { width: short, height: long };
}

/** "crop to 16:9", "make it square", "crop to a square from the top". */
function toAspect(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('crop', 'cut', 'make') === undefined) return undefined;
  const aspect = takeAspect(clause);
  return aspect && cropped({ kind: 'aspect', aspect, ...takeAnchor(clause) });
}

/** "crop to 1200 px wide": the other side stays as it is. */
function toEdge(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('crop', 'cut') === undefined) return undefined;
  const quantity = clause.takeQuantity(['bare', 'to'], 'px', 'none', 'percent', 'fraction');
  const wide = clause.takeThing('wide', ['bare', 'in', 'to']);
  const extent = quantity?.sign === undefined && quantity !== undefined ? lengthOf(quantity) : undefined;
  if (extent === undefined || !(wide || clause.takeThing('high', ['bare', 'in', 'to']))) return undefined;
  return cropped({ kind: 'size', width: wide ? extent : whole, height: wide ? whole : extent, ...takeAnchor(clause) });
}

/** "crop to 800 x 600", "crop to 50 % by 40 % from the bottom right". */
function toSize(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('crop', 'cut') === undefined) return undefined;
  const size = clause.take('dimensions', ['bare', 'to']);
  return size && cropped({ kind: 'size', width: size.width, height: size.height, ...takeAnchor(clause) });
}

function kept(place: Place): readonly Candidate[] | undefined {
  if (place.part === undefined && place.px === undefined) return undefined;
  if (place.px === undefined) {
    const box = boxOf(place);
    return box && cropped({ kind: 'box', box });
  }
  const { horizontal, vertical, px } = place;
  if ((horizontal === undefined) === (vertical === undefined)) return undefined;
  const strip: Length = { unit: 'px', value: px };
  return cropped({ kind: 'size', width: horizontal === undefined ? whole : strip, height: vertical === undefined ? whole : strip, anchor: horizontal ?? vertical });
}

/** "crop to the left half", "keep the top third", beside other edits "keep" forbids, which the chain sees to. */
function toPlace(clause: Clause): readonly Candidate[] | undefined {
  const keep = clause.takeVerb('keep');
  if (keep === undefined && clause.takeVerb('crop', 'cut') === undefined) return undefined;
  const said = clause.take('place', keep === undefined ? ['to'] : ['bare']);
  return said && kept(said.place);
}

export function sideOf({ horizontal, vertical, centre }: Place): Side | undefined {
  return centre === true || (horizontal === undefined) === (vertical === undefined) ? undefined : (horizontal ?? vertical);
}

/** "the left", "the left and right", "all sides". */
export function takeSides(clause: Clause, positions: readonly ('bare' | 'from' | 'in' | 'to')[]): Side[] {
  if (clause.takeThing('allSides', positions)) return [...sides];
  const found: Side[] = [];
  const isSide = ({ place }: { place: Place }): boolean => sideOf(place) !== undefined && place.part === undefined && place.px === undefined;
  let taken = clause.take('place', positions, isSide);
  while (taken !== undefined) {
    const side = sideOf(taken.place);
    if (side !== undefined) found.push(side);
    taken = clause.takeAnd() ? clause.take('place', [...positions, 'bare'], isSide) : undefined;
  }
  return found;
}

/** Fractions of several sides are all of the picture as it was, so they become one box; pixels are cut side by side. */
function trimmed(from: readonly Side[], by: Length): readonly Candidate[] | undefined {
  if (from.length === 0 || new Set(from).size < from.length) return undefined;
  if (by.unit === 'px' || from.length === 1) return by.unit === 'fraction' && by.value >= 1 ? undefined : from.flatMap((side) => cropped({ kind: 'trim', side, by }));
  const cut = (side: Side): number => (from.includes(side) ? by.value : 0);
  const box = { x: cut('left'), y: cut('top'), width: tidy(1 - cut('left') - cut('right')), height: tidy(1 - cut('top') - cut('bottom')) };
  return cropped({ kind: 'box', box });
}

/** "trim 50 px from the left", "crop 10 % off all sides". */
function trim(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('crop', 'cut') === undefined) return undefined;
  const quantity = clause.takeQuantity(['bare', 'by'], 'px', 'percent', 'fraction');
  const by = quantity?.sign === undefined && quantity !== undefined ? lengthOf(quantity) : undefined;
  return by && trimmed(takeSides(clause, ['from', 'in']), by);
}

/** "cut off the bottom 10 %". "Crop the bottom half" can mean either, so it is not read. */
function cutPlace(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('cut') === undefined) return undefined;
  const said = clause.take('place', ['bare'], ({ place }) => sideOf(place) !== undefined && (place.part !== undefined || place.px !== undefined));
  const side = said && sideOf(said.place);
  if (said === undefined || side === undefined) return undefined;
  return trimmed([side], said.place.px === undefined ? { unit: 'fraction', value: said.place.part ?? 1 } : { unit: 'px', value: said.place.px });
}

export const crops: readonly Frame[] = [toAspect, toSize, toEdge, toPlace, trim, cutPlace];
