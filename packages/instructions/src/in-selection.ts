import { lightAndColourOperations, type PlanOperation } from './plan.js';

const regional: ReadonlySet<string> = new Set(lightAndColourOperations.map((operation) => operation.shape.op.value));

/**
 * An operation bound to what is painted: who paints a mask and says "brighter" means there, not everywhere. A place that is said
 * in words stays as it was said, and an operation on the whole canvas, such as a crop, has no part to be bound to.
 */
export function inSelection(operation: PlanOperation): PlanOperation {
  if (!regional.has(operation.op) || 'region' in operation) return operation;
  return { ...operation, region: { kind: 'mask' } } as PlanOperation;
}
