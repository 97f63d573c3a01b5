/**
 * Keeps what an edit did not touch: registration, colour match, change mask, composite at source resolution. Pixels in, pixels out, the
 * same bytes every time. It must not know prompts, models or where pictures come from, and it decides nothing: whether an edit is locked at
 * all, tried again or looked at closer is the caller's.
 */
export { maskAtModel } from './brush.js';
export { changedBox, lockZoom } from './zoom.js';
export { hasKnownColours } from './colour-space.js';
export type { Drift } from './drift.js';
export { applyChange, findChange, lockRegion, replaceWhole, type Change, type Edit, type Locked } from './lock-region.js';
export { RegionLockError } from './region-lock-error.js';
