export type ExactErrorCode = 'plan.not_applicable' | 'picture.too_many_pixels' | 'mask.mismatch';

/** Why a plan could not be carried out on this picture. Carries a code of the closed set and nothing of the picture. */
export class ExactError extends Error {
  override readonly name = 'ExactError';

  constructor(readonly code: ExactErrorCode) {
    super(code);
  }
}

/** What the arithmetic gave, if it gave anything. */
export const applicable = <T>(value: T | undefined): T => {
  if (value === undefined) throw new ExactError('plan.not_applicable');
  return value;
};
