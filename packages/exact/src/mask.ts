import type { PlanOperation } from '@flux-context/instructions';
import type { Mask, Picture } from '@flux-context/picture';

/** A mask goes along with its picture, so that white stays on the same things: it is cropped, turned and scaled as a grey picture. */
export const toGrey = ({ width, height, data }: Mask): Picture => {
  const grey = new Uint8Array(data.length * 3);
  for (let pixel = 0; pixel < data.length; pixel += 1) grey.fill(data[pixel]!, pixel * 3, pixel * 3 + 3);
  return { width, height, channels: 3, depth: 8, data: grey };
};

export const fromGrey = ({ width, height, data }: Picture): Mask => {
  const mask = new Uint8Array(width * height);
  for (let pixel = 0; pixel < mask.length; pixel += 1) mask[pixel] = data[pixel * 3]!;
  return { width, height, data: mask };
};

/** The same operation for a mask: new canvas is unmarked. */
export const onMask = (operation: PlanOperation): PlanOperation =>
  operation.op === 'rotate' || operation.op === 'pad' ? { ...operation, fill: '#000000' } : operation;
