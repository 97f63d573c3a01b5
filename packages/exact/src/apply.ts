import { sizeAfter, type OperationName, type OperationOf, type Plan, type PlanOperation } from '@flux-context/instructions';
import type { Mask, Picture } from '@flux-context/picture';
import { applicable, ExactError } from './exact-error.js';
import { geometry } from './geometry/index.js';
import { fromGrey, onMask, toGrey } from './mask.js';
import type { Context, Operation } from './operation.js';
import { withinRegion } from './region.js';
import { registry } from './registry.js';

export interface Extras {
  /** The caller's mask, of the source picture's size. It goes along when the picture is cropped, turned or scaled. */
  readonly mask?: Mask;
  readonly references?: readonly Picture[];
  /** The largest picture that may stand at any step. */
  readonly pixelsMax: number;
  /** Called before each operation, counting from 1. */
  readonly onStep?: (step: number, steps: number) => void;
}

/** Carries out a plan, operation by operation. The picture is taken over: use only the one that comes back. Throws `ExactError` or `PictureError`. */
export const apply = async (picture: Picture, plan: Plan, extras: Extras): Promise<Picture> => {
  const { operations } = plan;
  const context: Context = { references: extras.references ?? [], pixelsMax: extras.pixelsMax };
  let { mask } = extras;
  if (mask && (mask.width !== picture.width || mask.height !== picture.height)) throw new ExactError('mask.mismatch');
  let current = picture;
  for (const [index, operation] of operations.entries()) {
    extras.onStep?.(index + 1, operations.length);
    const { width, height } = applicable(sizeAfter(operation, current));
    if (width * height > context.pixelsMax) throw new ExactError('picture.too_many_pixels');
    current = await carryOut(current, operation, mask, context);
    if (mask && operation.op in geometry) mask = operations.slice(index + 1).some(usesMask) ? fromGrey(await carryOut(toGrey(mask), onMask(operation), undefined, context)) : undefined;
  }
  return current;
};

const regionOf = (operation: PlanOperation) => ('region' in operation ? operation.region : undefined);
const usesMask = (operation: PlanOperation): boolean => regionOf(operation)?.kind === 'mask';

const carryOut = <N extends OperationName>(picture: Picture, params: OperationOf<N>, mask: Mask | undefined, context: Context): Promise<Picture> => {
  const operation: Operation<N> = registry[params.op];
  return withinRegion(picture, regionOf(params), mask, (part, weights) => operation.apply(part, params, weights ? { ...context, weights } : context));
};
