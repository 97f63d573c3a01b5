import { type BackendFactory, createPostgresBackend, createRedisBackend, type IQueueBackend } from 'bullmq';

/** Where the queue lives: `postgres://…` or `redis://…`. The schema separates pools: a PostgreSQL schema, or the prefix of every Redis key. */
export interface QueueConnection {
  readonly url: string;
  readonly schema: string;
}

/** BullMQ wants some connection; the real one is bound into the factory, so that both back-ends have one type. */
interface BoundConnection {
  readonly bound: true;
}
export const bound: BoundConnection = { bound: true };

export type TicketBackendFactory = BackendFactory<IQueueBackend, BoundConnection>;

/**
 * Opens the back-end that the URL names. A ticket need not outlive a crash of the database, because the parcels it points
 * to live in memory only; so PostgreSQL commits without waiting for its disk.
 */
export function backendOf(connection: QueueConnection, connectionsMax: number): TicketBackendFactory {
  const { protocol } = new URL(connection.url);
  if (protocol === 'postgres:' || protocol === 'postgresql:') {
    const settings = {
      connectionString: connection.url,
      schema: connection.schema,
      options: '-c synchronous_commit=off',
      max: connectionsMax,
      idleTimeoutMillis: 0,
    };
    return (name, options, extra) => createPostgresBackend(name, { ...options, connection: settings }, extra);
  }
  if (protocol === 'redis:' || protocol === 'rediss:') {
    const settings = { url: connection.url, maxRetriesPerRequest: null };
    return (name, options, extra) => createRedisBackend(name, { ...options, connection: settings }, extra);
  }
  throw new TypeError('The queue address must begin with postgres:// or redis://.');
}
