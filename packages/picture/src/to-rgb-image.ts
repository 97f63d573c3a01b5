import { pngWithProfile } from './icc.js';
import type { Picture } from './picture.js';
import type { RgbImage } from './rgb-image.js';
import { fromBytes, fromPicture } from './sharp.js';

/** The picture as models see it: converted from its profile to sRGB, 8 bits, laid on white where it is not opaque. The source stays as it is. */
export const toRgbImage = async (picture: Picture): Promise<RgbImage> => {
  const { width, height, depth, icc } = picture;
  const raw = fromPicture(picture).toColourspace(depth === 16 ? 'rgb16' : 'srgb');
  // sharp takes a profile only from an encoded input, so a stored PNG carries it.
  const profiled = icc ? await raw.png({ compressionLevel: 0 }).toBuffer() : undefined;
  const pipeline = profiled && icc ? fromBytes(pngWithProfile(profiled, icc)) : fromPicture(picture);
  const data = await pipeline.flatten({ background: '#ffffff' }).toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
  profiled?.fill(0);
  return { width, height, data };
};
