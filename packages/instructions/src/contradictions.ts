import type { PlanOperation } from './plan.js';
import type { Span } from './tokens.js';

/** One operation, and the words it comes from. */
export interface Step {
  readonly operation: PlanOperation;
  readonly span: Span;
}

function directionOf(operation: PlanOperation): number {
  if ('amount' in operation) return operation.amount;
  return 'stops' in operation ? operation.stops : 0;
}

/** What a step has to itself within one breath: a trim its side, a recolouring its family, everything else its region. */
function claimOf(operation: PlanOperation): string {
  const { op } = operation;
  if (op === 'crop' && operation.to.kind === 'trim') {
    const { side, by } = operation.to;
    return by.unit === 'px' ? `trim ${side}` : `trim ${side === 'left' || side === 'right' ? 'across' : 'down'}`;
  }
  if (op === 'crop' && operation.to.kind === 'size') return `crop ${operation.to.width.unit} ${operation.to.height.unit}`;
  if (op === 'pad') return `pad ${JSON.stringify(operation.to)}`;
  if (op === 'flip') return `flip ${operation.axis}`;
  const region = 'region' in operation ? JSON.stringify(operation.region) : '';
  return op === 'recolour' ? `${op} ${operation.from} ${region}` : `${op} ${region}`;
}

/**
 * Two steps of one breath that claim the same thing: "brighter and darker", "crop to 16:9 and 4:3", "cut off the top 10 % and the
 * bottom 20 %" (20 % of what?). After "then" the second is plainly meant on top of the first.
 */
export function contradictions(steps: readonly Step[]): Span[] {
  const seen = new Map<string, Step>();
  for (const step of steps) {
    const claim = claimOf(step.operation);
    const alike = seen.get(claim.replace(/^(?:brightness|exposure)/, (op) => (op === 'exposure' ? 'brightness' : 'exposure')));
    const opposed = alike !== undefined && directionOf(alike.operation) * directionOf(step.operation) < 0 ? alike : undefined;
    const other = seen.get(claim) ?? opposed;
    if (other !== undefined) return [other.span, step.span];
    seen.set(claim, step);
  }
  return [];
}
