import type { ErrorCode } from '@flux-context/contracts';

/** What the pipelines' codes mean to the caller. Everything else is the model's failure. */
const meanings: Readonly<Record<string, ErrorCode>> = {
  'model.prompt_too_long': 'model.prompt_too_long',
  'model.too_many_references': 'model.too_many_references',
  'model.output_too_large': 'picture.too_many_pixels',
  'model.cancelled': 'edit.cancelled',
};

/** The code of an error. Its message, and its cause's, is only searched for what runtimes say when they get no memory. */
export function failureCode(error: unknown, signal: AbortSignal): ErrorCode {
  if (signal.aborted) return 'edit.cancelled';
  const { code, message, cause } = (error ?? {}) as { code?: unknown; message?: unknown; cause?: { message?: unknown } };
  const known = typeof code === 'string' && Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  if (known !== undefined) return known;
  const said = [message, cause?.message].filter((text) => typeof text === 'string').join(' ');
  return /bad_alloc|out of memory|failed to allocate|allocation failed|cudaErrorMemoryAllocation/i.test(said) ? 'edit.out_of_memory' : 'model.failed';
}
