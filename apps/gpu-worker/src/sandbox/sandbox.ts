import type { ChildProcess } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { drift as driftSchema, type Progress, progress, type Stage, stages } from '@flux-context/contracts';
import { type Command, engineDescriptor, killGroup, startCommand } from './command.js';
import { codesInside, linesDescriptor, type Order, type SandboxEnd } from './wire.js';

/** More than this on the line channel means that the process is not ours any more. */
const lineBytesMax = 16_384;
/** All that a process may say beside its answer; an edit says a few thousand bytes. More would keep the worker from its other edits. */
const saidBytesMax = 1_048_576;
/** How long a process may take to warm up. */
const warmUpMsMax = 30_000;

/**
 * One single-use process, from its start to its observed end. It takes one order and is then killed with everything it
 * started; there is no way to use it twice.
 */
export class Sandbox {
  /** Resolves when the process is warm; rejects when it ended before. */
  readonly ready: Promise<void>;
  /** Resolves when the process and everything that held its pipes is gone. */
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly status: number | null }>;
  /** Resolves with the size of the sealed answer that follows on `answer`; undefined when there will be none. */
  readonly announced: Promise<number | undefined>;
  /** Resolves with what it says about the end of its edit; undefined when it ended without a word. */
  readonly finished: Promise<SandboxEnd | undefined>;
  /** Bytes written to standard error. Only counted: a library may put its input there. */
  complaintBytes = 0;
  private saidBytes = 0;

  private readonly child: ChildProcess;
  private isEnded = false;
  private isReady = false;
  private markReady: () => void = () => undefined;
  private announce: (bytes: number | undefined) => void = () => undefined;
  private finish: (end: SandboxEnd | undefined) => void = () => undefined;
  private onProgress: (progress: Progress) => void = () => undefined;
  private line = '';

  constructor(command: Command) {
    // A process group of its own, so that the whole of it can be killed.
    this.child = startCommand(command, 'pipe', { detached: true });
    this.child.once('error', () => undefined);
    this.announced = new Promise((resolve) => (this.announce = resolve));
    this.finished = new Promise((resolve) => (this.finish = resolve));
    this.ended = new Promise((resolve) => this.child.once('close', (status, signal) => {
      this.isEnded = true;
      this.finish(undefined);
      resolve({ status, signal });
    }));
    void this.finished.then(() => this.announce(undefined));
    this.ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => this.kill(), warmUpMsMax);
      this.markReady = () => {
        clearTimeout(late);
        resolve();
      };
      this.child.once('close', () => {
        clearTimeout(late);
        reject(new Error('The sandbox ended while it was starting.'));
      });
    });
    this.ready.catch(() => undefined);
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.complaintBytes += chunk.byteLength;
      this.bear(chunk.byteLength);
    });
    this.child.stdin?.on('error', () => undefined);
    this.engine.on('error', () => undefined);
    (this.child.stdio[linesDescriptor] as Readable).setEncoding('utf8').on('data', (text: string) => this.hear(text)).on('error', () => undefined);
  }

  /** What it asks the engine comes out here, and the answer goes in. */
  get engine(): Duplex {
    return this.child.stdio[engineDescriptor] as Duplex;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get alive(): boolean {
    return !this.isEnded;
  }

  get warm(): boolean {
    return this.isReady && this.alive;
  }

  /** Gives the one order. The sealed parts go into `input`; the sealed answer comes out of `answer`. */
  begin(order: Order, onProgress: (progress: Progress) => void): { input: Writable; answer: Readable } {
    this.onProgress = onProgress;
    const input = this.child.stdin!;
    input.write(`${JSON.stringify(order)}\n`);
    return { input, answer: this.child.stdout! };
  }

  /**
   * Kills the process and its group at once; `ended` tells when it is gone. What it still had to say is let go: a pipe that
   * nobody reads would otherwise keep the end from being seen.
   */
  kill(): void {
    if (this.isEnded) return;
    killGroup(this.child);
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
    this.engine.destroy();
  }

  private bear(bytes: number): void {
    this.saidBytes += bytes;
    if (this.saidBytes > saidBytesMax) this.kill();
  }

  private hear(text: string): void {
    this.bear(text.length);
    const lines = (this.line + text).split('\n');
    this.line = lines.pop() ?? '';
    if (this.line.length > lineBytesMax) this.kill();
    for (const line of lines) this.note(parseLine(line));
  }

  private note(line: ReturnType<typeof parseLine>): void {
    if (line?.ready === true) {
      this.isReady = true;
      this.markReady();
    } else if (line?.stage !== undefined) {
      const heard = progress.safeParse(line);
      if (heard.success) this.onProgress(heard.data);
    } else if (line?.answerBytes !== undefined) {
      this.announce(count(line.answerBytes));
    } else if (line?.end !== undefined) {
      this.finish(trusted(line.end));
    }
  }
}

interface HeardLine {
  readonly ready?: unknown;
  readonly stage?: Stage;
  readonly step?: unknown;
  readonly steps?: unknown;
  readonly answerBytes?: unknown;
  readonly end?: Partial<Record<keyof SandboxEnd | 'code' | 'drift', unknown>>;
}

/** What comes out of a sandbox is as hostile as what went in. */
function parseLine(line: string): HeardLine | undefined {
  try {
    return JSON.parse(line) as HeardLine;
  } catch {
    return undefined;
  }
}

const count = (value: unknown): number | undefined => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined);

function trusted(end: NonNullable<HeardLine['end']>): SandboxEnd {
  const heard = (end.timings ?? {}) as Record<string, unknown>;
  const timings = Object.fromEntries(stages.flatMap((stage) => {
    const ms = heard[stage];
    return typeof ms === 'number' && ms >= 0 && ms < 86_400_000 ? [[stage, ms]] : [];
  }));
  const memoryBytes = count(end.memoryBytes) ?? 0;
  if (end.outcome === 'completed') return { outcome: 'completed', timings, memoryBytes, drift: driftSchema.safeParse(end.drift).data };
  const code = [...codesInside].find((known) => known === end.code) ?? 'edit.sandbox_failed';
  return { outcome: 'failed', code, timings, memoryBytes };
}
