import { all } from 'heic-decode';
import type { Metadata } from 'sharp';
import { unreadable } from './picture-error.js';
import type { Picture } from './picture.js';

/** The primary image of a HEIC file, upright, in 8 bits per sample whatever the file has: the decoder gives no more. */
export const decodeHeic = async (bytes: Buffer, header: Metadata): Promise<Picture> => {
  const images = await all({ buffer: bytes }).catch(unreadable);
  try {
    const primary = images[header.pagePrimary ?? 0] ?? images[0];
    if (!primary || primary.width * primary.height !== header.width * header.height) return unreadable();
    const { width, height, data } = await primary.decode().catch(unreadable);
    const samples = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return header.hasAlpha ? { width, height, channels: 4, depth: 8, data: samples } : { width, height, channels: 3, depth: 8, data: withoutAlpha(samples) };
  } finally {
    images.dispose();
  }
};

/** Packs RGBA to RGB in place, as the result is never ahead of the source. */
const withoutAlpha = (rgba: Uint8Array): Uint8Array => {
  let to = 0;
  for (let from = 0; from < rgba.length; from += 4) {
    rgba[to] = rgba[from]!;
    rgba[to + 1] = rgba[from + 1]!;
    rgba[to + 2] = rgba[from + 2]!;
    to += 3;
  }
  return rgba.subarray(0, to);
};
