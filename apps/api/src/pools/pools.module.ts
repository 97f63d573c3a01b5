import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import type { Config } from '../config.js';
import { CONFIG } from '../process.js';
import { PoolRegistry, hashCredential } from './pool-registry.js';
import { PoolService } from './pool.service.js';

@Module({
  imports: [AuditModule],
  providers: [{ provide: PoolRegistry, useFactory: registryOf, inject: [CONFIG] }, PoolService],
  exports: [PoolService],
})
export class PoolsModule {}

function registryOf(config: Config): PoolRegistry {
  return new PoolRegistry(config.POOLS.map(({ credential, ...pool }) => ({ ...pool, credentialHash: hashCredential(credential.reveal()) })));
}
