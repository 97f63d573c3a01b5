/**
 * A decoded picture: interleaved samples, row by row from the top left, alpha last and not premultiplied. The numbers are
 * in the RGB space of `icc`, or in sRGB without one. Whoever is given a picture as an input to change owns it from then on.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly depth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  /** The source's own RGB profile, kept as it is. */
  readonly icc?: Buffer;
}

/** Where an edit may change the picture: one weight per pixel, 255 fully, 0 not at all. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A rectangle in whole pixels, origin top left. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An empty picture of the same kind (channels, depth, profile) and another size; all samples are 0. */
export const emptyLike = (picture: Picture, width: number, height: number): Picture => {
  const samples = width * height * picture.channels;
  return { ...picture, width, height, data: picture.depth === 16 ? new Uint16Array(samples) : new Uint8Array(samples) };
};

/** Overwrites the pixels, so that nothing of an edit stays in memory that is handed back. */
export const disposePicture = (picture: Picture | Mask): void => {
  picture.data.fill(0);
};
