import { brief as briefSchema, type Brief, type Drift, readDimensions, sniffFormat } from '@flux-context/contracts';
import { zero } from '@flux-context/envelope';
import { decode, decodeMask, type Mask, type Origin, type Picture } from '@flux-context/picture';
import { CodedEnd } from './coded-end.js';
import type { OpenedParts } from './opened-parts.js';

/** The pictures of one edit. Whoever is done with them overwrites them. */
export interface Decoded {
  readonly picture: Picture;
  readonly mask: Mask | undefined;
  readonly references: readonly Picture[];
}

/** Edits decoded pictures, and overwrites those that it does not give back. */
export type EditEngine = (decoded: Decoded) => Promise<Edited>;

export interface Edited {
  readonly picture: Picture;
  /** What an image model did beside what it was asked to. */
  readonly drift?: Drift;
  readonly origin?: Origin;
}

export function readBrief(parts: OpenedParts): Brief {
  const bytes = parts.take('brief');
  if (!bytes) throw new CodedEnd('plan.invalid');
  try {
    return briefSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new CodedEnd('plan.invalid');
  } finally {
    zero(bytes);
  }
}

/** Inputs are overwritten as soon as they are decoded. */
export async function decodeAll(parts: OpenedParts, { source, limits: { pixelsMax } }: Brief): Promise<Decoded> {
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
