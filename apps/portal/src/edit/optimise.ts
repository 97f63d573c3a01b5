import type { Limits } from '@flux-context/contracts';
import type { Size } from '../canvas/picture.js';

/** One way to write a picture smaller. */
export interface Attempt extends Size {
  readonly type: 'image/jpeg' | 'image/webp';
  readonly quality: number;
}

/** What was done to a picture that was over the limit, told to the person in full. */
export interface Optimised {
  readonly before: Size & { readonly bytes: number };
  readonly after: Size & { readonly bytes: number; readonly type: Attempt['type']; readonly quality: number };
}

type Room = Pick<Limits, 'pictureBytesMax' | 'picturePixelsMax'>;

export const fits = (picture: Size & { readonly bytes: number }, limits: Room): boolean =>
  picture.bytes <= limits.pictureBytesMax && picture.width * picture.height <= limits.picturePixelsMax;

const qualities = [0.95, 0.9, 0.85] as const;
const scales = [1, 0.85, 0.7, 0.55, 0.4, 0.25] as const;

/**
 * Ways to get a picture under the limits, the one that takes least from it first: every pixel is kept while a good quality
 * allows it, and only then are there fewer. WebP where something is see-through, because JPEG has no alpha; JPEG otherwise.
 */
export function attemptsFor(picture: Size, transparent: boolean, limits: Room): readonly Attempt[] {
  const largest = Math.min(1, Math.sqrt(limits.picturePixelsMax / (picture.width * picture.height)));
  return scales.flatMap((scale) => {
    const width = Math.max(1, Math.floor(picture.width * largest * scale));
    const height = Math.max(1, Math.floor(picture.height * largest * scale));
    return qualities.map((quality): Attempt => ({ width, height, quality, type: transparent ? 'image/webp' : 'image/jpeg' }));
  });
}

/** The first attempt whose bytes fit, with them; undefined when none does. `encode` writes one attempt. */
export async function optimise(
  picture: Size & { readonly bytes: number; readonly transparent: boolean },
  limits: Room,
  encode: (attempt: Attempt) => Promise<Blob>,
): Promise<{ readonly blob: Blob; readonly optimised: Optimised } | undefined> {
  for (const attempt of attemptsFor(picture, picture.transparent, limits)) {
    const blob = await encode(attempt);
    if (blob.type === attempt.type && blob.size <= limits.pictureBytesMax) {
      return { blob, optimised: { before: { width: picture.width, height: picture.height, bytes: picture.bytes }, after: { ...attempt, bytes: blob.size } } };
    }
  }
  return undefined;
}
