import type { Candidate, Clause, Frame } from '../clause.js';
import { lengthOf } from '../items.js';
import { takeAnchor } from '../places.js';
import { sides } from '../plan.js';
import { takeAspect, takeSides } from './crop.js';

/** The width of a border when none is said. */
const usualBorder = { unit: 'fraction', value: 0.05 } as const;

const fillPositions = ['bare', 'with', 'in'] as const;

function takeFill(clause: Clause): { fill?: string } {
  const colour = clause.take('colour', fillPositions);
  return colour === undefined ? {} : { fill: colour.hex };
}

/** "extend the canvas", "pad": what makes room around the picture. */
const takePad = (clause: Clause): boolean => {
  const pad = clause.takeVerb('pad') !== undefined;
  const enlarges = !pad && clause.takeVerb('enlarge', 'resize', 'make', 'set') !== undefined;
  return clause.takeThing('canvas', ['bare', 'in']) ? pad || enlarges : pad;
};

function toAspect(clause: Clause): readonly Candidate[] | undefined {
  if (!takePad(clause)) return undefined;
  const aspect = takeAspect(clause);
  return aspect && [{ op: 'pad', to: { kind: 'aspect', aspect, ...takeAnchor(clause) }, ...takeFill(clause) }];
}

function toSize(clause: Clause): readonly Candidate[] | undefined {
  if (!takePad(clause)) return undefined;
  const size = clause.take('dimensions', ['bare', 'to']);
  if (size === undefined || size.width.unit !== 'px' || size.height.unit !== 'px') return undefined;
  return [{ op: 'pad', to: { kind: 'size', width: size.width.value, height: size.height.value, ...takeAnchor(clause) }, ...takeFill(clause) }];
}

/** "add a white border of 40 px", "add 10 % at the top", "pad by 50 px", "extend the top by 20 %". */
function bySides(clause: Clause): readonly Candidate[] | undefined {
  const pads = clause.takeVerb('pad') !== undefined;
  const enlarges = !pads && clause.takeVerb('enlarge') !== undefined;
  const adds = !pads && !enlarges && clause.takeVerb('add') !== undefined;
  const border = clause.takeThing('border', ['bare', 'with', 'in']);
  const canvas = clause.takeThing('canvas', ['bare', 'to']);
  if (border) clause.takeVerb('apply', 'set');
  if (!(pads || adds || border || (enlarges && canvas))) return undefined;
  const quantity = clause.takeQuantity(['bare', 'by', 'with'], 'px', 'percent', 'fraction', ...(border || pads ? (['none'] as const) : []));
  if (quantity?.sign !== undefined || (quantity === undefined && !border)) return undefined;
  const by = quantity === undefined ? usualBorder : lengthOf(quantity);
  const fill = takeFill(clause);
  const on = takeSides(clause, ['bare', 'in', 'to', 'from']);
  if (on.length === 0 && adds && !border && !canvas) return undefined;
  return [{ op: 'pad', to: { kind: 'sides', sides: on.length === 0 ? [...sides] : on, by }, ...fill }];
}

export const pads: readonly Frame[] = [toAspect, toSize, bySides];
