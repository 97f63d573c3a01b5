import { Inject, Injectable } from '@nestjs/common';
import type { Engine, WorkerAnnouncement } from '@flux-context/contracts';
import type { Logger } from '@flux-context/runtime';
import { Gauge, type Registry } from 'prom-client';
import { AuditService } from '../audit/index.js';
import { Transactions } from '../database/index.js';
import { LOGGER, METRICS } from '../process.js';
import { PoolRegistry, type PoolState } from './pool-registry.js';

@Injectable()
export class PoolService {
  /** Models that were withheld when it was last looked, by pool. */
  private readonly withheld = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly registry: PoolRegistry,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    const states = () => this.states();
    metrics.registerMetric(new Gauge({ name: 'pool_models_withheld', help: 'Models that a pool does not offer because its workers do not all have them.', labelNames: ['pool'], registers: [], collect() {
      this.reset();
      for (const { name, withheld } of states()) this.set({ pool: name }, withheld.length);
    } }));
  }

  recognise(credential: string): string | undefined {
    return this.registry.recognise(credential);
  }

  /** Takes a worker's announcement; what is new is written to the audit log. */
  async announce(announcement: WorkerAnnouncement): Promise<void> {
    const { workerId, pool, isolation, epoch } = announcement;
    const { newWorker, newEpoch } = this.registry.announce(announcement);
    this.tellWithheld(pool);
    if (!newWorker && !newEpoch) return;
    await this.transactions.run(async (tx) => {
      if (newWorker) await this.audit.append(tx, 'worker.registered', { workerId, pool, isolation }, { kind: 'system' });
      if (newEpoch) await this.audit.append(tx, 'pool.key_published', { pool, epoch }, { kind: 'system' });
    });
  }

  /** Says once of each model that not all workers of its pool have it: edits are not sent there by chance. */
  private tellWithheld(pool: string): void {
    const before = this.withheld.get(pool);
    const now = new Set(this.state(pool)?.withheld.map(({ id }) => id));
    this.withheld.set(pool, now);
    for (const id of now) if (before?.has(id) !== true) this.logger.warn('a model is not offered: not every worker of the pool has it under the same licence', { pool, model: id });
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
