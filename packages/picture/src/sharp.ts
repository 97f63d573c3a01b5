import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { Picture } from './picture.js';

/** Every loader is closed, then the ones for what we accept are opened: no SVG, no PDF, no ImageMagick, no text. */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadHeif'] });
/** Nothing of an edit may outlive it, and one process works on one edit. */
sharp.cache(false);
sharp.concurrency(1);

/**
 * Encoded bytes. Corrupt and truncated files fail; what is merely untidy (stray bytes between JPEG segments) does not, as
 * every viewer opens it. The pixel limit is checked on the header, with a code of its own, before anything is decoded.
 */
export const fromBytes = (bytes: Uint8Array, options: SharpOptions = {}): Sharp =>
  sharp(bytes, { failOn: 'error', limitInputPixels: false, ...options });

/** Raw samples, not copied. Results of a 16-bit picture stay 16-bit only with `keepDepth`. */
export const fromPicture = ({ data, width, height, channels }: Pick<Picture, 'data' | 'width' | 'height'> & { channels: 1 | 3 | 4 }): Sharp =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false });

/** Raw samples out, in the depth given; without this a 16-bit pipeline would end in 8. */
export const toSamples = async (pipeline: Sharp, depth: 8 | 16): Promise<Pick<Picture, 'data' | 'width' | 'height'> & { channels: number }> => {
  const { data, info } = await pipeline
    .toColourspace(depth === 16 ? 'rgb16' : 'srgb')
    .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    data: depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
  };
};
