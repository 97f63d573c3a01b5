import type { Logger } from '@flux-context/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { ApiKeysModule } from './api-keys/index.js';
import { AuditLogModule } from './audit/index.js';
import type { Config } from './config.js';
import { DatabaseModule, Transactions } from './database/index.js';
import { EditsModule } from './edits/index.js';
import { EntitlementsModule } from './entitlements/index.js';
import { HttpModule, Readiness } from './http/index.js';
import { ModelsModule } from './models/index.js';
import { PoolsModule } from './pools/index.js';
import { CONFIG, LOGGER, METRICS } from './process.js';
import { QuotasModule } from './quotas/index.js';
import { RatesModule } from './rates/index.js';
import { SeatsModule } from './seats/index.js';
import { SessionsModule } from './sessions/index.js';

export interface Process {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Registry;
}

@Module({})
class ProcessModule {}

/** The whole API. Beside `main.ts` the only place that knows all rooms: a new one is one line here. */
@Module({ imports: [ApiKeysModule, AuditLogModule, EditsModule, ModelsModule, PoolsModule, QuotasModule, RatesModule, SeatsModule, SessionsModule] })
export class AppModule {
  constructor(readiness: Readiness, transactions: Transactions) {
    readiness.register(async () => void (await transactions.manager.query('select 1')));
  }

  static of(process: Process): DynamicModule {
    const { config } = process;
    return {
      module: AppModule,
      imports: [
        ...foundation(process),
        EntitlementsModule.trust({ keysDirectory: config.ENTITLEMENT_KEYS, file: config.ENTITLEMENT_FILE }),
        HttpModule.open({ complete: true }),
      ],
    };
  }
}

/** As much of the API as signing in needs, for a command that runs beside it and listens nowhere. */
@Module({ imports: [SessionsModule] })
export class SignInModule {
  static of(process: Process): DynamicModule {
    return { module: SignInModule, imports: [...foundation(process), HttpModule.open({ complete: false })] };
  }
}

/** What every room stands on. */
function foundation({ config, logger, metrics }: Process): DynamicModule[] {
  const given = [
    { provide: CONFIG, useValue: config },
    { provide: LOGGER, useValue: logger },
    { provide: METRICS, useValue: metrics },
  ];
  return [
    { module: ProcessModule, global: true, providers: given, exports: given },
    DatabaseModule.connect({ url: config.DATABASE_URL, password: config.DATABASE_PASSWORD, poolMax: config.DATABASE_POOL_MAX }),
  ];
}
