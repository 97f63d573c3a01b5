import type { Candidate, Clause } from '../clause.js';
import { takeRegion } from '../places.js';

const intoPositions = ['bare', 'to', 'in', 'with'] as const;

function takeStrength(clause: Clause): { strength?: number } {
  const quantity = clause.takeQuantity(['bare', 'by', 'in', 'to', 'with'], 'percent', 'fraction');
  if (quantity !== undefined) return quantity.sign === -1 ? { strength: -1 } : { strength: quantity.unit === 'percent' ? quantity.value / 100 : quantity.value };
  const strength = clause.take('degree')?.strength;
  return strength === undefined ? {} : { strength };
}

/** The two colours of a duotone, shadows first: "navy and peach", "from navy to peach". */
function takePair(clause: Clause): { shadows: string; highlights: string } | undefined {
  const first = clause.take('colour', ['bare', 'with', 'in', 'from', 'to']);
  if (first === undefined) return undefined;
  clause.takeAnd();
  const second = clause.take('colour', ['bare', 'to', 'with']);
  return second && { shadows: first.hex, highlights: second.hex };
}

function duotone(clause: Clause, where: object): readonly Candidate[] | undefined {
  const pair = takePair(clause);
  if (pair !== undefined) return [{ op: 'duotone', ...pair, ...where }];
  const blackAndWhite = clause.take('effect', ['bare', 'with', 'in'], (r) => r.effect === 'blackAndWhite');
  return blackAndWhite && [{ op: 'duotone', shadows: '#000000', highlights: '#ffffff', ...where }];
}

function threshold(clause: Clause, where: object): readonly Candidate[] {
  const level = clause.takeQuantity(['bare', 'in', 'to', 'with'], 'percent', 'fraction');
  return [{ op: 'threshold', ...(level && { level: level.unit === 'percent' ? level.value / 100 : level.value }), ...where }];
}

/** The reference to match: the first, unless another is named. It counts only if the caller sent it. */
function colourMatch(clause: Clause, where: object): readonly Candidate[] | undefined {
  const reference = clause.take('reference', ['bare', 'to', 'with', 'from', 'in'], ({ index }) => index < clause.context.references);
  return reference && [{ op: 'colourMatch', reference: reference.index, ...takeStrength(clause), ...where }];
}

/** Black and white, sepia, duotone, negative, threshold, automatic corrections and the look of a reference. */
export function effects(clause: Clause): readonly Candidate[] | undefined {
  clause.takeVerb('make', 'turn', 'apply', 'set', 'add', 'match');
  const duo = clause.take('effect', intoPositions, (r) => r.effect === 'duotone');
  const effect = duo ?? clause.take('effect', intoPositions);
  if (effect === undefined) return undefined;
  const where = takeRegion(clause);
  switch (effect.effect) {
    case 'duotone':
      return duotone(clause, where);
    case 'threshold':
      return threshold(clause, where);
    case 'colourMatch':
      return colourMatch(clause, where);
    case 'blackAndWhite':
    case 'sepia':
      return [{ op: effect.effect, ...takeStrength(clause), ...where }];
    default:
      return [{ op: effect.effect, ...where }];
  }
}

/** "turn the reds blue", "change red to green", "replace blue with #f80". What comes first is what changes. */
export function recolour(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('make', 'turn', 'set', 'replace') === undefined) return undefined;
  const from = clause.take('family', ['bare', 'from']);
  if (from === undefined) return undefined;
  clause.takeThing('parts');
  const to = clause.take('colour', ['bare', 'to', 'with']);
  return to && [{ op: 'recolour', from: from.family, to: to.hex, ...takeRegion(clause, ['in']) }];
}
