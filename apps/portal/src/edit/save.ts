import { mediaTypes, type OutputFormat } from '@flux-context/contracts';
import type { Picture } from '../canvas/picture.js';
import { readPicture, writePicture } from './pixels.js';

/** A picture in the format to be saved. Undefined when this browser cannot write the format (AVIF, in most). */
export async function asFormat(picture: Picture, format: OutputFormat, quality: number): Promise<Blob | undefined> {
  const type = mediaTypes[format];
  if (picture.blob.type === type && format === 'png') return picture.blob;
  const drawable = await readPicture(picture.blob, picture.blob.type === mediaTypes.heic);
  if (drawable === undefined) return undefined;
  try {
    const blob = await writePicture(drawable, { width: picture.width, height: picture.height, type, quality: quality / 100 });
    return blob.type === type ? blob : undefined;
  } finally {
    URL.revokeObjectURL(drawable.url);
  }
}

/** Hands bytes to the browser's downloads. */
export const download = (blob: Blob, format: OutputFormat): void => downloadAs(blob, `edited.${format === 'jpeg' ? 'jpg' : format}`);

export function downloadAs(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Copies as PNG, the one format that clipboards take. Rejects where the browser does not allow it. */
export async function copy(picture: Picture): Promise<void> {
  const png = asFormat(picture, 'png', 100).then((blob) => blob ?? Promise.reject(new Error('not readable')));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}
