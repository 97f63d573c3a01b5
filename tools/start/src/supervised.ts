import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { once } from 'node:events';

/** Private keys lie in memory of their own, which is neither swapped nor dumped. One takes some 32 bytes until it is collected; without room for more the exchange of the next edit would fail. */
const nodeFlags = ['--secure-heap=4194304'];

export interface Program {
  readonly name: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** A module that it loads first. */
  readonly preload?: string | undefined;
}

/** A program that ends by itself sooner than this after its start cannot run here; one that was killed may well. */
const steadyMs = 5_000;
const failedStartsMax = 5;
/** The status that says that the configuration is wrong: starting again would not help. */
const wrongConfiguration = 78;

/**
 * A Node program that is kept running: started again when it ends, and killed by the kernel when this process dies in any
 * way, so that nothing is left behind.
 */
export class Supervised {
  private child: ChildProcess | undefined;
  private stopping = false;
  private failedStarts = 0;
  private readonly log: number;

  constructor(
    private readonly program: Program,
    private readonly gaveUp: (reason: string) => void,
  ) {
    this.log = openSync(program.logFile, 'w', 0o600);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const startedMs = Date.now();
    const { script, preload } = this.program;
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, ...nodeFlags, ...(preload === undefined ? [] : ['--import', preload]), script], {
      env: { ...this.program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches this process alone, which stops the others in order.
      detached: true,
    });
    child.stdout.on('data', (lines: Buffer) => this.keep(lines));
    child.stderr.on('data', (lines: Buffer) => this.keep(lines));
    // Lines of the log go to standard output; what is said here is for whoever started it.
    child.stderr.pipe(process.stderr, { end: false });
    this.child = child;
    child.once('error', (error) => this.gaveUp(`${this.program.name} could not be started: ${error.message}`));
    child.once('exit', (status) => this.ended(status, Date.now() - startedMs));
  }

  /** Tells it to end, and kills it when it has not after `limitMs`. */
  async stop(limitMs = 20_000): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    await once(child, 'exit');
    clearTimeout(limit);
  }

  /** A full disk costs lines of the log; it must not end what still runs. */
  private keep(lines: Buffer): void {
    try {
      writeSync(this.log, lines);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  private ended(status: number | null, ranMs: number): void {
    if (this.stopping) return;
    this.failedStarts = status !== null && ranMs < steadyMs ? this.failedStarts + 1 : 0;
    if (this.failedStarts > failedStartsMax || status === wrongConfiguration) {
      this.gaveUp(`${this.program.name} does not stay up; see ${this.program.logFile}`);
      return;
    }
    setTimeout(() => !this.stopping && this.start(), 100 * 2 ** this.failedStarts);
  }
}
