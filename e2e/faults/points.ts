import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place in the life of an edit where a process is killed; which code that is, only preload.mjs needs to know. */
export interface Point {
  /** Begins with the step of docs/architecture/edit.md. */
  readonly name: string;
  /** Who dies: the sandbox is killed by the worker's hand. */
  readonly app: 'api' | 'gpu-worker' | 'sandbox';
  /** `picture`: in the end the caller has his picture, whatever died. Without it a final refusal that charges nothing will do too. */
  readonly ends?: 'picture';
  /** Reached by an edit of a picture that cannot be read. */
  readonly fails?: boolean;
  /** A point at which the API dies first, because only what that leaves behind leads here. */
  readonly behind?: string;
  /** One of the few that the suite tries. */
  readonly suite?: boolean;
}

export const points = JSON.parse(readFileSync(join(import.meta.dirname, 'points.json'), 'utf8')) as Point[];
