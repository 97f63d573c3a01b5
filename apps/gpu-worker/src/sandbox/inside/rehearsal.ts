import { brief as briefSchema } from '@flux-context/contracts';
import { apply, plan as planSchema } from '@flux-context/exact';
import type { Picture } from '@flux-context/picture';

const side = 16;

/** What edits do most and needs no native code. */
const operations = [
  { op: 'brightness', amount: 0.2 },
  { op: 'saturation', amount: 0.3 },
  { op: 'temperature', amount: 0.3 },
  { op: 'blackAndWhite', strength: 1 },
  { op: 'flip', axis: 'horizontal' },
  { op: 'crop', to: { kind: 'aspect', aspect: { width: 1, height: 1 }, anchor: 'centre' } },
];

/** Carried out while the start-up snapshot is made, on made-up pixels, so that what it compiles and tabulates is in it. */
export async function rehearse(): Promise<void> {
  const brief = briefSchema.parse({ version: 1, engine: 'exact', plan: { version: 1, operations }, source: 'png', output: { format: 'png', quality: 90 }, limits: { pixelsMax: side * side } });
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 37) % 256);
  const picture: Picture = { width: side, height: side, channels: 3, depth: 8, data };
  await apply(picture, planSchema.parse('plan' in brief && brief.plan), { pixelsMax: brief.limits.pixelsMax });
}
