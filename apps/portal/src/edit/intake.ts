import { mediaTypes, sniffFormat, type Limits, type OutputFormat, type SourceFormat } from '@flux-context/contracts';
import type { Picture } from '../canvas/picture.js';
import { fits, optimise, type Optimised } from './optimise.js';
import { isTransparent, readPicture, writePicture } from './pixels.js';

/** A picture that was let in, and what had to be done for that. */
export interface Intake {
  readonly picture: Picture;
  readonly format: SourceFormat;
  readonly optimised: Optimised | undefined;
}

/** Why a picture was not let in: a sentence for the person. Nothing was sent. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';
}

export const formatNames: Readonly<Record<SourceFormat, string>> = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', avif: 'AVIF', heic: 'HEIC' };

/** "JPEG, PNG or WebP". */
export const formatsInWords = (formats: readonly SourceFormat[]): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(formats.map((format) => formatNames[format])).replace(/, or /, ' or ');

/** Enough of a file to tell its format. */
const headBytes = 4_096;

/** Reads a chosen file. One over the limits is written smaller here in the browser, and the caller is told exactly how. Throws `IntakeError`. */
export async function takeIn(file: Blob, limits: Limits): Promise<Intake> {
  if (file.size === 0) throw new IntakeError('This file is empty.');
  const format = sniffFormat(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()));
  if (format === undefined || !limits.sourceFormats.includes(format)) throw new IntakeError(`This is not a picture that can be edited here. Choose a ${formatsInWords(limits.sourceFormats)} file.`);
  const drawable = await readPicture(file, format === 'heic').catch(() => undefined);
  if (drawable === undefined) throw new IntakeError('This picture is damaged or incomplete and could not be read. Export it again, or choose another.');
  const { url, width, height } = drawable;
  const blob = new Blob([file], { type: mediaTypes[format] });
  if (fits({ width, height, bytes: file.size }, limits)) return { picture: { blob, url, width, height }, format, optimised: undefined };

  const smaller = await optimise({ width, height, bytes: file.size, transparent: isTransparent(drawable) }, limits, (attempt) => writePicture(drawable, attempt)).catch(() => undefined);
  URL.revokeObjectURL(url);
  if (smaller === undefined) throw new IntakeError('This picture is too large, and this browser could not make it smaller. Export a smaller one and try again.');
  const { after } = smaller.optimised;
  return {
    picture: { blob: smaller.blob, url: URL.createObjectURL(smaller.blob), width: after.width, height: after.height },
    format: after.type === 'image/webp' ? 'webp' : 'jpeg',
    optimised: smaller.optimised,
  };
}

/** The format that a picture is saved in unless the person chooses another. */
export const ownFormat = (format: SourceFormat): OutputFormat => (format === 'heic' ? 'jpeg' : format);

/** The pictures among what was dropped or pasted. */
export const filesIn = (data: DataTransfer | null): readonly File[] => [...(data?.files ?? [])];
