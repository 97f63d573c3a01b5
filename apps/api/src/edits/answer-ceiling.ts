import type { OutputFormat } from '@flux-context/contracts';
import { sealedSize } from '@flux-context/envelope';

/** Bytes a pixel can take at worst. A PNG of noise is a little larger than its pixels; the others stay below four. */
const bytesPerPixelMax: Readonly<Record<OutputFormat, number>> = { png: 4.1, jpeg: 4, webp: 4, avif: 4 };

/** Room for headers, a colour profile and small pictures. */
const overheadBytes = 1024 * 1024;

/** The most a sealed answer can take, reserved before the edit runs, so that a result never fails for want of room. */
export function answerCeiling(pixels: number, format: OutputFormat, deep: boolean): number {
  const perPixel = bytesPerPixelMax[format] * (format === 'png' && deep ? 2 : 1);
  return sealedSize(Math.ceil(pixels * perPixel) + overheadBytes);
}
