import type { Metadata } from 'sharp';
import { PictureError, unreadable } from './picture-error.js';
import { fromBytes } from './sharp.js';

export type SourceFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'heic';

export interface DecodeLimits {
  /** What the caller found the bytes to be; anything else is refused. */
  readonly source: SourceFormat;
  readonly pixelsMax: number;
}

/** Reads the header only and refuses what must not be decoded: another format, animation, too many pixels. */
export const readHeader = async (bytes: Uint8Array, { source, pixelsMax }: DecodeLimits): Promise<Metadata> => {
  if (bytes.length === 0) throw new PictureError('picture.unreadable');
  const header = await fromBytes(bytes).metadata().catch(unreadable);
  if (formatOf(header) !== source) throw new PictureError('picture.unreadable');
  if (isAnimated(bytes, header, source)) throw new PictureError('picture.animated');
  if (header.width * header.height > pixelsMax) throw new PictureError('picture.too_many_pixels');
  return header;
};

const formatOf = (header: Metadata): string => {
  if (header.format !== 'heif') return header.format;
  return header.compression === 'av1' ? 'avif' : header.compression === 'hevc' ? 'heic' : 'heif';
};

/** Several images in a HEIF file are a burst or a portrait's parts, not an animation: the primary one is meant. */
const isAnimated = (bytes: Uint8Array, header: Metadata, source: SourceFormat): boolean => {
  if (source === 'png') return hasAnimationChunk(bytes);
  if (source === 'webp') return (header.pages ?? 1) > 1;
  return source !== 'jpeg' && ['avis', 'msf1', 'hevc', 'hevx', 'hevm', 'hevs'].includes(latin(bytes, 8));
};

/** An APNG says so by an `acTL` chunk before its first pixels. */
const hasAnimationChunk = (bytes: Uint8Array): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = latin(bytes, at + 4);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
};

const latin = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
