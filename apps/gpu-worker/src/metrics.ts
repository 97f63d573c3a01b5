import { type Engine as EngineName, stages } from '@flux-context/contracts';
import { createMetrics } from '@flux-context/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RunEnd } from './consumer/edit-run.js';
import type { Engine } from './engine-process/engine.js';
import { gpuMemory } from './engine-process/gpu-memory.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const mebibyte = 1_048_576;

/** Where the figures come from that are read when they are asked for. */
interface Readings {
  warm(): number;
  running(): number;
  readonly engine: Engine | undefined;
}

/** The worker's figures: names of closed sets and numbers. */
export class WorkerMetrics {
  readonly registry: Registry = createMetrics();
  private readonly edits = new Counter({ name: 'worker_edits_total', help: 'Edits by how they ended here.', labelNames: ['outcome', 'engine', 'pool'], registers: [this.registry] });
  private readonly stage = new Histogram({ name: 'worker_edit_stage_seconds', help: 'Time of each stage in the sandbox.', labelNames: ['stage', 'engine', 'pool'], buckets: seconds, registers: [this.registry] });
  private readonly memory = new Histogram({
    name: 'worker_sandbox_memory_bytes', help: 'The most memory that a sandbox held.', labelNames: ['engine', 'pool'],
    buckets: [64, 96, 128, 192, 256, 384, 512, 768, 1_024, 1_536, 2_048, 4_096].map((size) => size * mebibyte), registers: [this.registry],
  });

  constructor(private readonly pool: string, { warm, running, engine }: Readings) {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({ name, help, registers: [this.registry], collect() { this.set(read()); } });
    gauge('worker_sandbox_standby', 'Warm processes that wait for an edit.', warm);
    gauge('worker_edits_running', 'Edits under way.', running);
    if (!engine) return;
    gauge('worker_engine_memory_bytes', 'Resident memory of the engine, as it said last.', () => engine.memoryBytes);
    gauge('worker_engine_models', 'Models that are loaded.', () => engine.models.length);
    gauge('worker_engine_waiting', 'Edits that wait for the engine or are computed by it.', () => engine.waiting);
    gauge('worker_engine_restarts', 'Times that the engine was started anew.', () => engine.restarts);
    const gpu = new Gauge({ name: 'worker_gpu_memory_bytes', help: 'Memory of each GPU of the host, where the driver tells.', labelNames: ['gpu', 'kind'], registers: [this.registry], async collect() {
      for (const { index, usedBytes, totalBytes } of await gpuMemory()) {
        gpu.set({ gpu: String(index), kind: 'used' }, usedBytes);
        gpu.set({ gpu: String(index), kind: 'total' }, totalBytes);
      }
    } });
  }

  count({ outcome, timings, memoryBytes }: RunEnd, engine: EngineName): void {
    const labels = { engine, pool: this.pool };
    this.edits.inc({ ...labels, outcome });
    for (const stage of stages) {
      const ms = timings[stage];
      if (ms !== undefined) this.stage.observe({ ...labels, stage }, ms / 1_000);
    }
    if (memoryBytes > 0) this.memory.observe(labels, memoryBytes);
  }
}
