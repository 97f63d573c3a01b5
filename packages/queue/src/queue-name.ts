import type { Engine } from '@flux-context/contracts';

/** One queue per pool and engine, so that quick edits never wait behind slow ones and no pool sees another's tickets. */
export const queueName = (pool: string, engine: Engine): string => `${pool}.${engine}`;

/** The schema of a pool's queues: a PostgreSQL identifier, and the prefix of its keys in Redis. */
export const queueSchema = (pool: string): string => `queue_${pool.replaceAll('-', '_')}`;
