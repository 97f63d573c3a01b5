import { Injectable } from '@nestjs/common';
import type { Engine, WorkerAnnouncement } from '@flux-context/contracts';
import { AuditService } from '../audit/index.js';
import { Transactions } from '../database/index.js';
import { PoolRegistry, type PoolState } from './pool-registry.js';

@Injectable()
export class PoolService {
  constructor(
    private readonly registry: PoolRegistry,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  recognise(credential: string): string | undefined {
    return this.registry.recognise(credential);
  }

  /** Takes a worker's announcement; what is new is written to the audit log. */
  async announce(announcement: WorkerAnnouncement): Promise<void> {
    const { workerId, pool, isolation, epoch } = announcement;
    const { newWorker, newEpoch } = this.registry.announce(announcement);
    if (!newWorker && !newEpoch) return;
    await this.transactions.run(async (tx) => {
      if (newWorker) await this.audit.append(tx, 'worker.registered', { workerId, pool, isolation }, { kind: 'system' });
      if (newEpoch) await this.audit.append(tx, 'pool.key_published', { pool, epoch }, { kind: 'system' });
    });
  }

  state(pool: string): PoolState | undefined {
    return this.registry.state(pool);
  }

  states(): PoolState[] {
    return this.registry.states();
  }

  /** Every queue that can exist: one per pool and engine, as configured. */
  queues(): { readonly pool: string; readonly engine: Engine }[] {
    return this.registry.definitions.flatMap((pool) => pool.engines.map((engine) => ({ pool: pool.name, engine })));
  }
}
