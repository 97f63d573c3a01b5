import type { OperationName, OperationOf } from '@flux-context/instructions';
import type { Mask, Picture } from '@flux-context/picture';

/** What an operation may look at besides its picture and its parameters. */
export interface Context {
  /**
   * Set when the caller's mask says how much each pixel counts; same size as the picture that the operation is given.
   * Statistics (levels, white balance, Otsu, colour match) are drawn from marked pixels. Blending is not the operation's business.
   */
  readonly weights?: Mask;
  readonly references: readonly Picture[];
  /** No operation may make a picture of more pixels. */
  readonly pixelsMax: number;
}

/**
 * One exact operation. It owns the picture it is given: it may change it in place and return it, or return another. For a
 * regional operation that picture is only the part meant (see region.ts), so it always works on the whole of what it gets
 * and ignores `params.region`. Same input, same bytes.
 */
export interface Operation<N extends OperationName> {
  readonly name: N;
  apply(picture: Picture, params: OperationOf<N>, context: Context): Picture | Promise<Picture>;
}
