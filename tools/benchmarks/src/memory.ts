import { readdirSync, readFileSync } from 'node:fs';

/** Samples the proportional set size of a process and everything below it, and remembers the peak, in MiB. */
export class MemoryWatch {
  peakMiB = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.sample(), 250).unref();
  }

  stop(): number {
    clearInterval(this.timer);
    this.sample();
    return this.peakMiB;
  }

  private sample(): void {
    this.peakMiB = Math.max(this.peakMiB, treeMiB(this.pid));
  }
}

export function treeMiB(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const sum = (pid: number): number => pssKiB(pid) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root) / 1024;
}

function parentOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/status`);
  const found = /^PPid:\s+(\d+)/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

const pssKiB = (pid: number): number => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
