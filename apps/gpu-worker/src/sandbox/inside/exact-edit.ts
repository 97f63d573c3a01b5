import { brief as briefSchema, type Brief, readDimensions, sniffFormat } from '@flux-context/contracts';
import { zero } from '@flux-context/envelope';
import { apply, plan as planSchema, type Plan } from '@flux-context/exact';
import { decode, decodeMask, disposePicture, encode, type Mask, type Picture } from '@flux-context/picture';
import { CodedEnd } from './coded-end.js';
import { say, type Stopwatch } from './lines.js';
import type { OpenedParts } from './opened-parts.js';

interface Decoded {
  readonly picture: Picture;
  readonly mask: Mask | undefined;
  readonly references: readonly Picture[];
}

/** Decodes, applies the plan and encodes. Inputs are overwritten as soon as they are decoded, pixels as soon as they are encoded. */
export async function editExactly(parts: OpenedParts, stopwatch: Stopwatch): Promise<Buffer> {
  const brief = readBrief(parts);
  const { picture, mask, references } = await stopwatch.during('decode', () => decodeAll(parts, brief));
  const { pixelsMax } = brief.limits;
  const edited = await stopwatch.during('edit', () =>
    apply(picture, brief.plan, {
      ...(mask && { mask }),
      references: [...references],
      pixelsMax,
      onStep: (step, steps) => steps > 1 && say({ stage: 'edit', step, steps }),
    }),
  );
  if (mask) zero(mask.data);
  references.forEach((reference) => disposePicture(reference));
  try {
    return await stopwatch.during('encode', () => encode(edited, brief.output));
  } finally {
    disposePicture(edited);
  }
}

function readBrief(parts: OpenedParts): Brief & { readonly plan: Plan } {
  const bytes = parts.take('brief');
  if (!bytes) throw new CodedEnd('plan.invalid');
  try {
    const brief = briefSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { ...brief, plan: planSchema.parse(brief.plan) };
  } catch {
    throw new CodedEnd('plan.invalid');
  } finally {
    zero(bytes);
  }
}

async function decodeAll(parts: OpenedParts, { source, limits: { pixelsMax } }: Brief): Promise<Decoded> {
  const picture = await decodePart(parts, 'image', (bytes) => decode(bytes, { source, pixelsMax }));
  if (!picture) throw new CodedEnd('picture.missing');
  const mask = await decodePart(parts, 'mask', (bytes) => decodeMask(bytes, { source: formatOf(bytes), pixelsMax }));
  if (mask && (mask.width !== picture.width || mask.height !== picture.height)) throw new CodedEnd('mask.mismatch');
  const references: Picture[] = [];
  for (let index = 0; index < 10; index++) {
    const reference = await decodePart(parts, `reference.${index}`, (bytes) => decode(bytes, { source: formatOf(bytes), pixelsMax }));
    if (reference) references.push(reference);
  }
  return { picture, mask, references };
}

async function decodePart<T>(parts: OpenedParts, name: string, decodeBytes: (bytes: Buffer) => Promise<T>): Promise<T | undefined> {
  const bytes = parts.take(name);
  if (!bytes) return undefined;
  try {
    return await decodeBytes(bytes);
  } catch (error) {
    if (!hasRoomFor(bytes)) throw new CodedEnd('edit.out_of_memory');
    throw error;
  } finally {
    zero(bytes);
  }
}

/** A decoder that gets no memory calls the file damaged. Whether that was the reason shows when its pixels are asked for twice over. */
function hasRoomFor(bytes: Buffer): boolean {
  const size = readDimensions(bytes);
  try {
    return !size || Buffer.allocUnsafeSlow(size.width * size.height * 8).length > 0;
  } catch {
    return false;
  }
}

function formatOf(bytes: Buffer) {
  const format = sniffFormat(bytes);
  if (!format) throw new CodedEnd('picture.type');
  return format;
}
