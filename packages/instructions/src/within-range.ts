import type { Candidate } from './clause.js';

const clamp = (value: unknown, min: number, max: number): unknown => (typeof value === 'number' ? Math.min(max, Math.max(min, value)) : value);

const limits: Readonly<Record<string, readonly [number, number]>> = { amount: [-1, 1], strength: [0, 1], level: [0, 1], stops: [-5, 5], gamma: [0.1, 10], factor: [0.001, 100], width: [1, 100_000], height: [1, 100_000], longEdge: [1, 100_000], shortEdge: [1, 100_000] };

/** The nearest operation that the plan allows. Whole turns fall away; everything else is held at the end of its range. */
export function withinRange(candidate: Candidate): Record<string, unknown> {
  const near: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(candidate)) {
    const limit = limits[key];
    if (key === 'degrees' && typeof value === 'number') near[key] = candidate.op === 'straighten' ? clamp(value, -45, 45) : value % 360;
    else if (key === 'to' && typeof value === 'object') near[key] = withinRange(value as Candidate);
    else near[key] = limit === undefined ? value : clamp(value, ...limit);
  }
  return near;
}
