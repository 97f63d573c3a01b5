import type { Command } from './command.js';
import { Sandbox } from './sandbox.js';

/** After a process that died while it was starting, the next is started this much later, so that a broken host is not flooded. */
const pauseMs = 500;

/** Warm processes that wait for one edit each, so that nobody waits for their start. */
export class StandbyPool {
  private waiting: Sandbox[] = [];
  private closed = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly command: () => Command,
    private readonly size: () => number,
  ) {
    this.refill();
  }

  /** Warm processes at the moment. */
  get warm(): number {
    return this.waiting.filter((sandbox) => sandbox.warm).length;
  }

  /** A warm process that nobody had before and nobody gets after. */
  async take(): Promise<Sandbox> {
    const at = Math.max(0, this.waiting.findIndex((sandbox) => sandbox.warm));
    const [sandbox = new Sandbox(this.command())] = this.waiting.splice(at, 1);
    await sandbox.ready;
    return sandbox;
  }

  /** Starts what is missing. Called when an edit is over, so that a start does not compete with it. */
  refill(): void {
    while (!this.closed && this.waiting.length < this.size()) {
      const sandbox = new Sandbox(this.command());
      this.waiting.push(sandbox);
      void sandbox.ended.then(() => this.forget(sandbox));
    }
  }

  /** Ends all that wait, and resolves when they are gone. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    const waiting = this.waiting.splice(0);
    for (const sandbox of waiting) sandbox.kill();
    await Promise.all(waiting.map((sandbox) => sandbox.ended));
  }

  private forget(sandbox: Sandbox): void {
    const at = this.waiting.indexOf(sandbox);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.refill(), pauseMs);
  }
}
