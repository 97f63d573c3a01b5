/** What was read is not what it claims to be. The message says which part, and never repeats its content. */
export class TreeError extends Error {
  override readonly name = 'TreeError';
}
