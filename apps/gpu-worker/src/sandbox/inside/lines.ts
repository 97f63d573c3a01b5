import { writeSync } from 'node:fs';
import type { Stage, Timings } from '@flux-context/contracts';
import { linesDescriptor, type SandboxLine } from '../wire.js';

/** Says something to the worker: names and numbers, never content. */
export function say(line: SandboxLine): void {
  writeSync(linesDescriptor, `${JSON.stringify(line)}\n`);
}

/** Announces each stage as it begins and notes how long it took. */
export class Stopwatch {
  readonly timings: Timings = {};

  async during<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    say({ stage });
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.timings[stage] = Math.round((performance.now() - began) * 100) / 100;
    }
  }
}
