export type EnvelopeErrorCode = 'envelope.damaged' | 'envelope.unknown_epoch';

/**
 * The only error of this package. `envelope.damaged`: what was to be opened is not, in every bit, what was sealed under this
 * secret for this edit, part and direction, or for this subject and context; which of these failed is deliberately not said.
 * `envelope.unknown_epoch`: the key of that epoch never existed here or is destroyed. It carries no cause, since causes could
 * hold keys or content.
 */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
  constructor(readonly code: EnvelopeErrorCode) {
    super(code);
  }
}
