import { type Role, rolePermissions } from '@flux-context/contracts';
import { createLogger, createMetrics, Secret } from '@flux-context/runtime';
import { type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { DatabaseModule, Transactions } from '../database/index.js';
import { createApp, type Credentials, HttpModule, type PrincipalSource, PrincipalSources } from '../http/index.js';
import { CONFIG, LOGGER, METRICS } from '../process.js';
import { apiDatabase } from './database.js';
import { settingsFor } from './settings.js';

/** Recognises the API key `ROLE.PERSON`. */
class RoleSource implements PrincipalSource {
  async recognise({ bearer }: Credentials) {
    const [role, personId] = bearer?.split('.') ?? [];
    if (role === undefined || personId === undefined) return undefined;
    return { personId, role: role as Role, permissions: new Set(rolePermissions[role as Role]), via: { kind: 'api_key', apiKeyId: 'test' } } as const;
  }
}

/** The header with which `RoleSource` recognises this person. */
export const as = (role: Role, personId: string) => ({ Authorization: `Bearer ${role}.${personId}` });

export interface Room {
  readonly app: INestApplication;
  readonly transactions: Transactions;
  readonly logged: readonly string[];
  /** As Prometheus reads them. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** For specs: these rooms alone, behind the real doors, on a database of their own. */
export async function roomOf(rooms: readonly (DynamicModule | Type)[], options: { readonly poolMax?: number; readonly pools?: readonly object[] } = {}): Promise<Room> {
  const database = await apiDatabase();
  const logged: string[] = [];
  const logger = createLogger({ app: 'test', level: 'info', destination: { write: (line) => logged.push(line) } });
  class Process {}
  class Rooms {}
  const metrics = createMetrics();
  const providers = [
    { provide: LOGGER, useValue: logger },
    { provide: METRICS, useValue: metrics },
    { provide: CONFIG, useValue: settingsFor(database.url, options.pools && { POOLS: JSON.stringify(options.pools) }) },
  ];
  const connection = DatabaseModule.connect({ url: new Secret(database.url), poolMax: options.poolMax ?? 4 });
  const app = await createApp({ module: Rooms, imports: [{ module: Process, global: true, providers, exports: providers }, connection, HttpModule.open({ complete: false }), ...rooms] }, { logger, https: true });
  app.get(PrincipalSources).register(new RoleSource());
  return {
    app,
    transactions: app.get(Transactions),
    logged,
    metrics: () => metrics.metrics(),
    async close(): Promise<void> {
      await app.close();
      await database.drop();
    },
  };
}
