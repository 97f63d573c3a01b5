import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { METRICS } from '../process.js';
import { type LedgerFigures, QuotaKeeper } from './quota.keeper.js';

/** What Prometheus sees of the ledger, as of the keeper's last turn: a scrape never waits for the database. */
@Injectable()
export class QuotaMetrics {
  constructor(keeper: QuotaKeeper, @Inject(METRICS) registry: Registry) {
    const gauge = (name: string, help: string, figure: keyof LedgerFigures) =>
      new Gauge({ name, help, registers: [registry], collect() { this.set(keeper.latest?.[figure] ?? Number.NaN); } });
    gauge('quota_available_edits', 'Edits that all accounts together can still spend.', 'available');
    gauge('quota_pending_edits', 'Edits reserved and not settled.', 'pending');
    gauge('quota_ledger_violations', 'Contradictions found by the last daily check of the ledger; must be 0.', 'violations');
  }
}
