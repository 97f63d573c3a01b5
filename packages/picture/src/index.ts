/**
 * Decode with limits, orient, strip metadata, encode, and the geometry that needs a resampler. The only user of sharp and
 * heic-decode. It must not know plans, edits or where bytes come from, and it writes nothing anywhere.
 */
export { extend, transparent, type Fill } from './canvas.js';
export { decode, decodeMask } from './decode.js';
export { encode, sideMax, type EncodeOptions, type OutputFormat } from './encode.js';
export { extract, paste } from './extract.js';
export { fit, prepare, type Fit, type Geometry, type Size } from './fit.js';
export { type DecodeLimits, type SourceFormat } from './header.js';
export { resizeLanczos } from './lanczos.js';
export { PictureError, type PictureErrorCode } from './picture-error.js';
export { disposePicture, emptyLike, type Mask, type Picture, type PixelBox } from './picture.js';
export { resize, rotateBy } from './resample.js';
export type { RgbImage } from './rgb-image.js';
export { toRgbImage } from './to-rgb-image.js';
export { flip, rotateQuarter } from './turn.js';
export type { Origin } from './xmp.js';
