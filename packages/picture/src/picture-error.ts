export type PictureErrorCode =
  | 'picture.type'
  | 'picture.unreadable'
  | 'picture.unsupported'
  | 'picture.animated'
  | 'picture.too_many_pixels'
  | 'picture.too_small'
  | 'picture.too_elongated'
  | 'mask.mismatch';

/** Why a picture was refused. It carries a code of the closed set and nothing else: decoders put their input into messages. */
export class PictureError extends Error {
  override readonly name = 'PictureError';

  constructor(readonly code: PictureErrorCode) {
    super(code);
  }
}

/** For `catch`: what a decoder says about its input stays with it. */
export const unreadable = (): never => {
  throw new PictureError('picture.unreadable');
};
