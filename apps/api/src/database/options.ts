import type { Secret } from '@flux-context/runtime';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from './migrations/index.js';
import { PreparingClient } from './preparing-client.js';

export interface DatabaseSettings {
  /** `postgres://user@host/name`; the password may be in it or apart. */
  readonly url: Secret;
  readonly password?: Secret | undefined;
  /** Connections that this process may open at once. */
  readonly poolMax: number;
}

export function dataSourceOptions(settings: DatabaseSettings): DataSourceOptions {
  const url = new URL(settings.url.reveal());
  if (settings.password !== undefined) url.password = encodeURIComponent(settings.password.reveal());
  return {
    type: 'postgres',
    url: url.href,
    applicationName: 'flux-api',
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    // Queries and their values never reach a log.
    logging: false,
    poolSize: settings.poolMax,
    connectTimeoutMS: 5_000,
    extra: { Client: PreparingClient, idleTimeoutMillis: 60_000, statement_timeout: 30_000, idle_in_transaction_session_timeout: 30_000 },
  };
}
