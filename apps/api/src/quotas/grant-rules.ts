import type { GrantKind } from '@flux-context/contracts';

/**
 * In which order grants burn: lowest first; equal ones by earliest expiry, then by age. What expires goes before what was
 * bought for good, so that a pack stays whole, and refundable, for as long as possible.
 */
export const priorities: Readonly<Record<GrantKind, number>> = { trial: 10, monthly: 20, uplift: 20, goodwill: 30, pack: 50 };

/** A purchase is refunded in full within 72 hours while fewer edits than this were charged to it. */
export const refundableSpentBelow = 10;
