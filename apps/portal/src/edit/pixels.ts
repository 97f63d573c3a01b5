import type { Size } from '../canvas/picture.js';
import { decodeHeic } from './heic.js';

/** A picture that can be drawn, and an address under which the page can show it. */
export interface Drawable extends Size {
  readonly url: string;
  readonly source: CanvasImageSource;
}

/** Reads a picture so that it can be shown: by the browser, or for a HEIC that it cannot read, by our decoder. Undefined when neither can. */
export async function readPicture(blob: Blob, isHeic: boolean): Promise<Drawable | undefined> {
  const url = URL.createObjectURL(blob);
  const shown = await imageAt(url);
  if (shown !== undefined) return { url, source: shown, width: shown.naturalWidth, height: shown.naturalHeight };
  URL.revokeObjectURL(url);
  const pixels = isHeic ? await decodeHeic(blob) : undefined;
  if (pixels === undefined) return undefined;
  const source = new OffscreenCanvas(pixels.width, pixels.height);
  source.getContext('2d')?.putImageData(pixels, 0, 0);
  const preview = await source.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  return { url: URL.createObjectURL(preview), source, width: pixels.width, height: pixels.height };
}

async function imageAt(url: string): Promise<HTMLImageElement | undefined> {
  const image = new Image();
  image.src = url;
  return image.decode().then(
    () => image,
    () => undefined,
  );
}

/** Writes a picture in another size or format. The browser writes sRGB and drops metadata; an unknown type comes back as PNG. */
export async function writePicture({ source }: Pick<Drawable, 'source'>, { width, height, type, quality }: Size & { type: string; quality?: number }): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const ink = canvas.getContext('2d');
  if (ink === null) throw new RangeError('the browser has no memory for a picture of this size');
  ink.imageSmoothingQuality = 'high';
  if (type === 'image/jpeg') {
    ink.fillStyle = '#fff';
    ink.fillRect(0, 0, width, height);
  }
  ink.drawImage(source, 0, 0, width, height);
  return canvas.convertToBlob({ type, ...(quality === undefined ? {} : { quality }) });
}

/** Whether anything in it is see-through, looked up in a small copy. */
export function isTransparent({ source }: Pick<Drawable, 'source'>): boolean {
  const ink = new OffscreenCanvas(256, 256).getContext('2d', { willReadFrequently: true });
  if (ink === null) return false;
  ink.drawImage(source, 0, 0, 256, 256);
  return ink.getImageData(0, 0, 256, 256).data.some((value, index) => index % 4 === 3 && value < 250);
}
