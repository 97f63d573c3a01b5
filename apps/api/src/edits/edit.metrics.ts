import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Engine, ErrorCode, Stage } from '@flux-context/contracts';
import type { ParcelStore } from '../parcels/index.js';
import type { RunningEdit } from './running-edit.js';

const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** What Prometheus sees of edits: counts and times with closed label sets, never an id. */
@Injectable()
export class EditMetrics {
  private readonly edits: Counter<'engine' | 'pool' | 'outcome'>;
  private readonly duration: Histogram<'engine' | 'pool' | 'outcome'>;
  private readonly stages: Histogram<'stage' | 'engine'>;
  private readonly lateWrites: Counter;

  constructor(registry: Registry, parcels: ParcelStore) {
    const registers = [registry];
    this.edits = new Counter({ name: 'edits_total', help: 'Edits that ended, by outcome: completed or the error code.', labelNames: ['engine', 'pool', 'outcome'], registers });
    this.duration = new Histogram({ name: 'edit_duration_seconds', help: 'From acceptance to settlement.', labelNames: ['engine', 'pool', 'outcome'], buckets, registers });
    this.stages = new Histogram({ name: 'edit_stage_duration_seconds', help: 'Time in each stage of an edit.', labelNames: ['stage', 'engine'], buckets, registers });
    this.lateWrites = new Counter({ name: 'edit_late_writes_failed_total', help: 'Rows of delivered or erased edits that could not be written.', registers });
    registry.registerMetric(new Gauge({ name: 'parcels_held_bytes', help: 'Bytes claimed by edits in memory.', registers: [], collect() { this.set(parcels.bytes); } }));
    registry.registerMetric(new Gauge({ name: 'parcels_budget_bytes', help: 'The budget for edits in memory.', registers: [], collect() { this.set(parcels.bytesMax); } }));
    registry.registerMetric(new Gauge({ name: 'edits_held', help: 'Edits held in memory.', registers: [], collect() { this.set(parcels.count); } }));
  }

  ended(edit: RunningEdit, code: ErrorCode | undefined): void {
    const labels = { engine: edit.accepted.engine, pool: edit.pool, outcome: code ?? 'completed' };
    this.edits.inc(labels);
    this.duration.observe(labels, (Date.now() - edit.accepted.createdAt.getTime()) / 1_000);
    for (const [stage, ms] of Object.entries(edit.timings)) this.stages.observe({ stage, engine: edit.accepted.engine }, ms / 1_000);
  }

  stage(stage: Stage, engine: Engine, ms: number): void {
    this.stages.observe({ stage, engine }, ms / 1_000);
  }

  lateWriteFailed(): void {
    this.lateWrites.inc();
  }
}
