import type { Candidate, Clause } from '../clause.js';
import type { Quantity } from '../items.js';
import type { Property, Sign } from '../lexicon.js';
import { takeRegion } from '../places.js';

const usualStrength = 0.3;
/** Exposure at full strength, in stops. */
const fullStops = 2;

const tidy = (value: number): number => Math.round(value * 1e4) / 1e4;

interface Wish {
  readonly of: Property;
  /** Undefined when only a signed number says it ("contrast +20 %"). */
  readonly sign: Sign | undefined;
  readonly strength?: number | undefined;
  /** An adjective by itself: it wants "make it" or a word of degree. */
  readonly bare?: boolean;
}

/** Which property, and up or down: "brighter", "more vivid", "lift the shadows", "saturation +20 %". */
function takeWish(clause: Clause): Wish | undefined {
  const compares = clause.items.some((item) => item.readings.some((r) => r.is === 'direction' && r.how === 'more'));
  const change = compares ? undefined : clause.take('change');
  const noun = clause.take('property', ['bare', 'in', 'to']);
  if (change !== undefined && noun !== undefined) return change.of === 'brightness' && (noun.of === 'shadows' || noun.of === 'highlights') ? { of: noun.of, sign: change.sign } : undefined;
  if (change !== undefined) return change;
  const quality = noun === undefined ? clause.take('quality') : undefined;
  if (noun === undefined && quality === undefined) return undefined;
  const direction = clause.take('direction', ['bare'], (r) => (noun === undefined ? r.how === 'more' : noun.of !== 'shadows' || r.how === 'raise'));
  if (noun !== undefined) return quality === undefined ? { of: noun.of, sign: direction?.sign } : undefined;
  return quality && { of: quality.of, sign: ((direction?.sign ?? 1) * quality.sign) as Sign, bare: direction === undefined };
}

const steps = ['percent', 'none', 'fraction'] as const;

/** The size of the change as a fraction of the full range; bare numbers are percent, as sliders have them. */
function fractionOf({ value, unit }: Quantity): number | undefined {
  if (unit === 'fraction') return value;
  if (unit === 'percent') return value / 100;
  return value >= 1 || value === 0 ? value / 100 : undefined;
}

/** "Darken by -20 %" could mean either way. */
const saidTwice = ({ sign }: Wish, quantity: Quantity): boolean => sign !== undefined && (quantity.sign === -1 || (quantity.sign === 1 && sign === -1));

function takeSize(clause: Clause, wish: Wish): { signed: number } | undefined {
  const quantity = clause.takeQuantity(['bare', 'by'], ...steps) ?? clause.take('quantity', ['to'], (r) => r.sign !== undefined && steps.includes(r.unit as 'percent'));
  if (quantity === undefined) {
    const strength = clause.take('degree')?.strength ?? wish.strength ?? usualStrength;
    return wish.sign === undefined ? undefined : { signed: strength * wish.sign };
  }
  const size = fractionOf(quantity);
  if (size === undefined || saidTwice(wish, quantity)) return undefined;
  const sign = wish.sign ?? quantity.sign;
  return sign === undefined ? undefined : { signed: size * sign };
}

/** "twice as bright", "halve the contrast". Twice the light is one stop; for the other properties the amount is what is added to one. */
function multiplied({ of, sign }: Wish, factor: number, region: object): Candidate | undefined {
  if (sign === -1) return undefined;
  if (of === 'brightness' || of === 'exposure') return { op: 'exposure', stops: tidy(Math.log2(factor)), ...region };
  return of === 'contrast' || of === 'saturation' || of === 'vibrance' ? { op: of, amount: tidy(factor - 1), ...region } : undefined;
}

function inStops({ of, sign }: Wish, quantity: Quantity, region: object): Candidate | undefined {
  if ((of !== 'brightness' && of !== 'exposure') || saidTwice({ of, sign }, quantity)) return undefined;
  const direction = sign ?? quantity.sign;
  return direction && { op: 'exposure', stops: tidy(quantity.value * direction), ...region };
}

function measured(of: Property, signed: number, region: object): Candidate | undefined {
  if (of === 'exposure') return { op: of, stops: tidy(signed * fullStops), ...region };
  if (of === 'localContrast') return signed > 0 ? { op: of, strength: tidy(signed), ...region } : undefined;
  return of === 'gamma' || of === 'hue' ? undefined : { op: of, amount: tidy(signed), ...region };
}

function sized(clause: Clause, wish: Wish, where: object): Candidate | undefined {
  const times = clause.take('times');
  if (times !== undefined) return multiplied(wish, times.factor, where);
  const stops = clause.takeQuantity(['bare', 'by', 'to'], 'stops');
  if (stops !== undefined) return inStops(wish, stops, where);
  const size = takeSize(clause, wish);
  return size && measured(wish.of, size.signed, where);
}

/** "+0.5 EV" needs no noun. */
export function stops(clause: Clause): readonly Candidate[] | undefined {
  const quantity = clause.takeQuantity(['bare'], 'stops');
  return quantity?.sign && [{ op: 'exposure', stops: tidy(quantity.value * quantity.sign), ...takeRegion(clause, ['in']) }];
}

/** Brightness to local contrast: everything that is turned up or down. */
export function light(clause: Clause): readonly Candidate[] | undefined {
  const verb = clause.takeVerb('make', 'turn', 'apply', 'set', 'shift');
  const wish = takeWish(clause);
  if (wish === undefined || (wish.bare === true && verb !== 'make' && !clause.items.some((item) => item.readings.some((r) => r.is === 'degree' || r.is === 'times')))) return undefined;
  const { region } = takeRegion(clause);
  const where = region === undefined ? {} : { region };
  if (wish.of === 'gamma' || wish.of === 'hue') return absolute(clause, wish, where);
  const candidate = sized(clause, wish, where);
  return candidate && [candidate];
}

/** Gamma is a value of its own; hue is turned by degrees. */
function absolute(clause: Clause, { of, sign }: Wish, where: object): readonly Candidate[] | undefined {
  if (of === 'gamma') {
    const quantity = clause.takeQuantity(['bare', 'to'], 'none', 'fraction');
    return quantity === undefined || quantity.sign !== undefined || sign !== undefined ? undefined : [{ op: of, gamma: quantity.value, ...where }];
  }
  clause.takeVerb('rotate');
  const quantity = clause.takeQuantity(['bare', 'by'], 'degrees', 'none');
  return quantity && [{ op: 'hue', degrees: quantity.value * (quantity.sign ?? 1) * (sign ?? 1), ...where }];
}
