import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { METRICS } from '../process.js';
import type { LogStanding } from './audit-log.repository.js';
import { Sequencer } from './sequencer.js';

/** What Prometheus sees of the log, as of the sequencer's last turn: a scrape never waits for the database. */
@Injectable()
export class AuditMetrics {
  constructor(sequencer: Sequencer, @Inject(METRICS) registry: Registry) {
    const gauge = (name: string, help: string, figure: (standing: LogStanding) => number) =>
      new Gauge({ name, help, registers: [registry], collect() { this.set(sequencer.latest === undefined ? Number.NaN : figure(sequencer.latest)); } });
    gauge('audit_sequencer_lag_seconds', 'Age of the oldest audit event that is not in the log yet; 0 when none waits.', ({ lagSeconds }) => lagSeconds ?? 0);
    gauge('audit_tree_size', 'Entries of the audit log.', ({ size }) => size);
  }
}
