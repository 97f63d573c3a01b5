import { stages } from '@flux-context/contracts';
import { createMetrics } from '@flux-context/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RunEnd } from './consumer/edit-run.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const mebibyte = 1_048_576;

/** The worker's figures: names of closed sets and numbers. */
export class WorkerMetrics {
  readonly registry: Registry = createMetrics();
  private readonly labels: { readonly engine: 'exact'; readonly pool: string };
  private readonly edits = new Counter({ name: 'worker_edits_total', help: 'Edits by how they ended here.', labelNames: ['outcome', 'engine', 'pool'], registers: [this.registry] });
  private readonly stage = new Histogram({ name: 'worker_edit_stage_seconds', help: 'Time of each stage in the sandbox.', labelNames: ['stage', 'engine', 'pool'], buckets: seconds, registers: [this.registry] });
  private readonly memory = new Histogram({
    name: 'worker_sandbox_memory_bytes', help: 'The most memory that a sandbox held.', labelNames: ['engine', 'pool'],
    buckets: [64, 96, 128, 192, 256, 384, 512, 768, 1_024, 1_536, 2_048, 4_096].map((size) => size * mebibyte), registers: [this.registry],
  });

  constructor(pool: string, warm: () => number, running: () => number) {
    this.labels = { engine: 'exact', pool };
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({ name, help, registers: [this.registry], collect() { this.set(read()); } });
    gauge('worker_sandbox_standby', 'Warm processes that wait for an edit.', warm);
    gauge('worker_edits_running', 'Edits under way.', running);
  }

  count({ outcome, timings, memoryBytes }: RunEnd): void {
    this.edits.inc({ ...this.labels, outcome });
    for (const stage of stages) {
      const ms = timings[stage];
      if (ms !== undefined) this.stage.observe({ ...this.labels, stage }, ms / 1_000);
    }
    if (memoryBytes > 0) this.memory.observe(this.labels, memoryBytes);
  }
}
