/** Each way in which the engine refuses or fails an edit. */
export type DiffusionErrorCode =
  /** `config.json` is missing values, or asks for an architecture that is not built. */
  | 'model.config'
  /** A tensor is missing, has another shape than the configuration says, or is of a type that is not computed with. */
  | 'model.weights'
  | 'model.tokenizer'
  /** The runtime did not take the graph: out of memory, or a provider that lacks a kernel. */
  | 'model.load_failed'
  /** The runtime gave up in the middle: out of memory, or a lost device. */
  | 'model.run_failed'
  | 'model.provider_unavailable'
  | 'model.prompt_too_long'
  | 'model.too_many_references'
  /** The result would have more pixels than the model can do well. */
  | 'model.output_too_large'
  /** The bundle cannot do what was asked: a mask without a picture, steps or guidance outside its range. */
  | 'model.unsupported_request'
  /** The numbers went to infinity or are none: no picture comes of them. */
  | 'model.diverged'
  | 'model.cancelled';

/** Why an edit was not made. It carries a code of the closed set; a foreign `cause` may quote what it was given and must not be shown. */
export class DiffusionError extends Error {
  override readonly name = 'DiffusionError';

  constructor(
    readonly code: DiffusionErrorCode,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}
