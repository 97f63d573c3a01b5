import type { Metadata } from 'sharp';
import { readHeader, type DecodeLimits } from './header.js';
import { PictureError, unreadable } from './picture-error.js';
import type { Mask, Picture } from './picture.js';
import { fromBytes, toSamples } from './sharp.js';

/**
 * Hostile bytes to pixels, upright. RGB sources keep their numbers and their profile, so that nothing is lost to a colour
 * conversion; grey, CMYK and Lab become sRGB. Metadata ends here. Throws `PictureError`.
 */
export const decode = async (bytes: Buffer, limits: DecodeLimits): Promise<Picture> => {
  const header = await readHeader(bytes, limits);
  const icc = rgbProfile(header);
  if (limits.source === 'heic') {
    // Loaded only when it is needed: it costs as much as everything else together.
    const { decodeHeic } = await import('./heic.js');
    return { ...(await decodeHeic(bytes, header)), ...(icc && { icc }) };
  }
  const depth = header.depth === 'ushort' ? 16 : 8;
  const { channels, ...samples } = await toSamples(fromBytes(bytes, { ignoreIcc: isRgb(header) }).autoOrient(), depth).catch(unreadable);
  if (channels !== 3 && channels !== 4) throw new PictureError('picture.unsupported');
  return { ...samples, channels, depth, ...(icc && { icc }) };
};

/** A mask is a picture whose grey is the weight; its alpha, if any, is laid on black. */
export const decodeMask = async (bytes: Buffer, limits: DecodeLimits): Promise<Mask> => {
  const picture = await decode(bytes, limits);
  const { width, height, channels, depth, data } = picture;
  const mask = new Uint8Array(width * height);
  const toByte = depth === 16 ? 1 / 257 : 1;
  for (let pixel = 0, at = 0; pixel < mask.length; pixel += 1, at += channels) {
    const grey = data[at]! * 0.299 + data[at + 1]! * 0.587 + data[at + 2]! * 0.114;
    mask[pixel] = Math.round(grey * toByte * (channels === 4 ? (data[at + 3]! * toByte) / 255 : 1));
  }
  return { width, height, data: mask };
};

const isRgb = (header: Metadata): boolean => header.space === 'srgb' || header.space === 'rgb16' || header.space === 'rgb';

/** The embedded profile, if it is one for RGB as its header says. */
const rgbProfile = (header: Metadata): Buffer | undefined =>
  isRgb(header) && header.icc && header.icc.length > 128 && header.icc.toString('latin1', 16, 20) === 'RGB ' ? header.icc : undefined;
