import { boxPixels, cropBox, paddedCanvas, resizedSize, rotatedSize, straightenedSize, type Size } from './geometry.js';
import type { Plan, PlanOperation } from './plan.js';

/** `pixelsMax` is the largest number of pixels that the picture has on its way, so that a budget can be checked beforehand. */
export type OutputSize = (Size & { readonly pixelsMax: number }) | { readonly code: 'plan.not_applicable' };

/** The size a plan makes of a picture, without a picture: the arithmetic is the one by which the exact engine cuts and turns. */
export const outputSize = (plan: Plan, source: Size): OutputSize => {
  let size: Size = { width: source.width, height: source.height };
  let pixelsMax = size.width * size.height;
  for (const operation of plan.operations) {
    const next = sizeAfter(operation, size);
    if (!next) return { code: 'plan.not_applicable' };
    size = next;
    pixelsMax = Math.max(pixelsMax, size.width * size.height);
  }
  return { width: size.width, height: size.height, pixelsMax };
};

/** The size after one operation; undefined when it cannot be applied to a picture of this size. */
export const sizeAfter = (operation: PlanOperation, size: Size): Size | undefined => {
  switch (operation.op) {
    case 'crop':
      return cropBox(operation.to, size);
    case 'rotate':
      return rotatedSize(operation.degrees, size);
    case 'straighten':
      return straightenedSize(operation.degrees, size);
    case 'resize':
      return resizedSize(operation.to, size);
    case 'pad':
      return paddedCanvas(operation.to, size);
    case 'flip':
      return size;
    default:
      return operation.region?.kind === 'box' && !boxPixels(operation.region.box, size) ? undefined : size;
  }
};
