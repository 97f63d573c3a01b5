import type { Candidate, Clause } from '../clause.js';
import type { Sign } from '../lexicon.js';

const turnPositions = ['bare', 'to'] as const;

/** Clockwise degrees: "90 degrees to the left", "a quarter turn", "upside down", "left". */
function takeAngle(clause: Clause, usual: number | undefined): number | undefined {
  const quantity = clause.takeQuantity(['bare', 'by'], 'degrees', 'none');
  const spin = clause.take('spin', turnPositions);
  if (quantity === undefined) return spin && (Math.abs(spin.degrees) === 180 ? spin.degrees : usual === undefined ? undefined : usual * Math.sign(spin.degrees));
  if (spin === undefined) return quantity.value * (quantity.sign ?? 1);
  return Math.abs(spin.degrees) === 180 || quantity.sign !== undefined ? undefined : quantity.value * (Math.sign(spin.degrees) as Sign);
}

function takeFill(clause: Clause): { fill?: string } {
  const colour = clause.take('colour', ['with', 'in']);
  if (colour === undefined) return {};
  clause.takeThing('corners');
  return { fill: colour.hex };
}

export function rotate(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('rotate', 'turn') === undefined) return undefined;
  const degrees = takeAngle(clause, 90);
  return degrees === undefined ? undefined : [{ op: 'rotate', degrees, ...takeFill(clause) }];
}

/** Only by an angle that is said: finding the horizon is not something this can do. */
export function straighten(clause: Clause): readonly Candidate[] | undefined {
  if (clause.takeVerb('straighten') === undefined) return undefined;
  const degrees = takeAngle(clause, undefined);
  return degrees === undefined ? undefined : [{ op: 'straighten', degrees }];
}

export function flip(clause: Clause): readonly Candidate[] | undefined {
  const verb = clause.takeVerb('flip', 'mirror');
  if (verb === undefined) return undefined;
  const axis = clause.take('axis', ['bare', 'from', 'to', 'in'])?.axis;
  if (axis !== undefined) return [{ op: 'flip', axis }];
  if (verb === 'mirror') return [{ op: 'flip', axis: 'horizontal' }];
  return clause.take('spin', ['bare'], (r) => r.degrees === 180) && [{ op: 'flip', axis: 'vertical' }];
}
