import type { Candidate, Clause, Frame } from '../clause.js';
import type { Quantity } from '../items.js';
import type { Verb } from '../lexicon.js';

const pixelPositions = ['bare', 'to', 'by'] as const;
const edges = [['wide', 'width'], ['high', 'height'], ['longEdge', 'longEdge'], ['shortEdge', 'shortEdge']] as const;

const resized = (to: object): readonly Candidate[] => [{ op: 'resize', to }];

function takeFit(clause: Clause, verb: Verb): 'inside' | 'fill' | 'cover' {
  if (verb === 'stretch') return 'fill';
  return verb === 'cover' ? 'cover' : 'inside';
}

/** "1200 x 800". Bare numbers are pixels; halves of pixels are left to the schema to refuse. */
function toDimensions(clause: Clause, verb: Verb): readonly Candidate[] | undefined {
  const size = clause.take('dimensions', ['bare', 'to', 'in', 'by']);
  if (size === undefined || size.width.unit !== 'px' || size.height.unit !== 'px') return undefined;
  return resized({ kind: 'size', width: size.width.value, height: size.height.value, fit: takeFit(clause, verb) });
}

/** "1200 px wide", "height 800", "longest side 2000"; without a side the longest edge is meant. */
function toEdge(clause: Clause, verb: Verb): readonly Candidate[] | undefined {
  const before = clause.takeQuantity(pixelPositions, 'px', 'none');
  if (before?.sign !== undefined) return undefined;
  const said = clause.take('thing', ['bare', 'in', 'to'], (r) => edges.some(([name]) => name === r.thing))?.thing;
  const [thing, key] = edges.find(([name]) => name === said) ?? [];
  const quantity = before ?? clause.takeQuantity(['to', 'bare'], 'px', 'none');
  if (quantity === undefined) return undefined;
  if (thing === undefined || key === undefined) return quantity.unit === 'px' && (verb === 'resize' || verb === 'fit' || verb === 'shrink' || verb === 'enlarge') ? resized({ kind: 'longEdge', longEdge: quantity.value }) : undefined;
  if (!clause.takeAnd()) return resized({ kind: key, [key]: quantity.value });
  const other = clause.takeQuantity(pixelPositions, 'px', 'none');
  const second = clause.takeThing(thing === 'wide' ? 'high' : 'wide', ['bare', 'in']);
  if (other === undefined || !second || (thing !== 'wide' && thing !== 'high')) return undefined;
  const [width, height] = thing === 'wide' ? [quantity.value, other.value] : [other.value, quantity.value];
  return resized({ kind: 'size', width, height, fit: takeFit(clause, verb) });
}

function scaleOf({ value, unit, sign }: Quantity, how: 'to' | 'by', verb: Verb): number | undefined {
  if (sign !== undefined) return undefined;
  const factor = unit === 'percent' ? value / 100 : value;
  if (unit === 'none' && verb !== 'resize') return undefined;
  if (unit === 'none' || unit === 'times') return verb === 'shrink' ? 1 / factor : factor;
  if (how === 'to' || verb === 'resize') return factor;
  return verb === 'enlarge' ? 1 + factor : 1 - factor;
}

/** "to 50 %", "by 20 %", "twice the size", "enlarge 2x". */
function toScale(clause: Clause, verb: Verb): readonly Candidate[] | undefined {
  if (verb === 'stretch' || verb === 'fit' || verb === 'cover') return undefined;
  const times = clause.take('times', ['bare', 'to', 'by']);
  if (times !== undefined) {
    const named = clause.takeThing('size') || clause.takeVerb('enlarge', 'shrink') !== undefined;
    return named || verb !== 'make' ? resized({ kind: 'scale', factor: verb === 'shrink' ? 1 / times.factor : times.factor }) : undefined;
  }
  if (!clause.takeThing('size', ['bare', 'to']) && verb === 'make') return undefined;
  const by = clause.takeQuantity(['bare', 'by'], 'percent', 'fraction', 'times', 'none');
  const quantity = by ?? clause.takeQuantity(['to'], 'percent', 'fraction', 'times');
  const factor = quantity && scaleOf(quantity, by === undefined ? 'to' : 'by', verb);
  return factor === undefined ? undefined : resized({ kind: 'scale', factor: Math.round(factor * 1e4) / 1e4 });
}

/** "Keeping the aspect ratio" is what happens anyway, unless the picture is to be stretched. */
function keepsProportions(clause: Clause, verb: Verb | undefined): boolean {
  if (!clause.takeThing('proportions')) return true;
  clause.takeAnd();
  return verb !== 'stretch';
}

type Reader = (clause: Clause, verb: Verb) => readonly Candidate[] | undefined;

const frame = (read: Reader): Frame => (clause) => {
  const verb = clause.takeVerb('make', 'set');
  const exact = clause.takeVerb('resize', 'enlarge', 'shrink', 'stretch', 'fit', 'cover') ?? verb;
  const bare = clause.items.some((item) => item.readings.some((r) => r.is === 'times' || (r.is === 'thing' && edges.some(([name]) => name === r.thing))));
  return (exact === undefined && !bare) || !keepsProportions(clause, exact) ? undefined : read(clause, exact ?? 'make');
};

/** Larger, smaller, or to so many pixels. */
export const resizes: readonly Frame[] = [frame(toDimensions), frame(toEdge), frame(toScale)];
