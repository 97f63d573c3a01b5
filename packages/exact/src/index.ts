/**
 * The exact engine: pixels and a plan in, pixels out, the same bytes every time. It must not know tickets, keys or the
 * queue, and it does precisely what the plan says and nothing else.
 */
export { apply, type Extras } from './apply.js';
export { ExactError, type ExactErrorCode } from './exact-error.js';
export type { Context, Operation } from './operation.js';
/** What the engine obeys, so that whoever runs it needs no other package to read a plan. */
export { plan, type Plan } from '@flux-context/instructions';
