import type { ExactBrief } from '@flux-context/contracts';
import { zero } from '@flux-context/envelope';
import { apply, plan as planSchema } from '@flux-context/exact';
import { disposePicture } from '@flux-context/picture';
import { CodedEnd } from './coded-end.js';
import type { EditEngine } from './decoded-parts.js';
import { say } from './lines.js';

/** Applies the plan of the brief. Throws `plan.invalid` before anything is decoded. */
export function exactEngine(brief: ExactBrief): EditEngine {
  const plan = planSchema.safeParse(brief.plan);
  if (!plan.success) throw new CodedEnd('plan.invalid');
  return async ({ picture, mask, references }) => {
    const edited = await apply(picture, plan.data, {
      ...(mask && { mask }),
      references: [...references],
      pixelsMax: brief.limits.pixelsMax,
      onStep: (step, steps) => steps > 1 && say({ stage: 'edit', step, steps }),
    });
    if (mask) zero(mask.data);
    references.forEach((reference) => disposePicture(reference));
    return { picture: edited };
  };
}
