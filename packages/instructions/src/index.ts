/**
 * Plain words to a plan. Pure: no I/O, no Node, so the portal shows with the same code what the API will do.
 * It must not guess: every content word is accounted for, or the answer is `notUnderstood`.
 */
export * from './plan.js';
export * from './geometry.js';
export * from './output-size.js';
export { describe, understand, type Chip, type InstructionContext, type Understanding } from './understand.js';
export type { Span } from './tokens.js';
