import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ErrorCode } from '@flux-context/contracts';
import { killGroup } from '../sandbox/command.js';
import { FrameReader } from './frame-reader.js';
import { bytesOfAnswer, bytesOfQuestion, type EngineLine, engineLine, type Loaded, type Question } from './frames.js';
import { Pieces } from './pieces.js';
import { written } from './written.js';

/** A command line, and the little environment that it needs. Neither ever holds anything of an edit. */
export interface EngineCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The file of a filter of system calls, which it reads from descriptor 3. */
  readonly filter?: string | undefined;
}

export interface Patience {
  /** How long loading may take. */
  readonly loadMsMax: number;
  /** How long a cancelled edit may still take, to the end of its step, before the process is killed. */
  readonly cancelMsMax: number;
}

/** Who waits for an answer. */
export interface Asker {
  readonly signal: AbortSignal;
  onStep(step: number, steps: number): void;
  /** Takes the answer's line and its bytes, piece by piece. What it leaves is read and dropped. */
  take(answer: { readonly image: { readonly width: number; readonly height: number }; readonly roundTrip: boolean }, bytes: AsyncIterable<Buffer>): Promise<void>;
}

/**
 * How a question ended: with an answer that was taken, or with a code. `unheard`: the process had ended before the question reached it,
 * so none of its bytes were read and another process can be asked. `lost`: it ended later.
 */
export type QuestionEnd = { readonly outcome: 'answered' } | { readonly outcome: 'failed'; readonly code: ErrorCode } | { readonly outcome: 'unheard' | 'lost' };

interface Turn {
  readonly asker: Asker;
  hear(): void;
  end(end: QuestionEnd): void;
}

const zeros = Buffer.alloc(65_536);

function start({ program, args, env, filter }: EngineCommand): ChildProcess {
  // Read to its end by whoever loads it, so each start opens it anew.
  const opened = filter === undefined ? [] : [openSync(filter, 'r')];
  try {
    return spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore', ...opened], env, cwd: '/', detached: true });
  } finally {
    opened.forEach(closeSync);
  }
}

/** One process of the engine, from its start to its observed end. It is asked one question at a time. */
export class EngineProcess {
  /** Resolves when its models are loaded; rejects when it ended before. */
  readonly loaded: Promise<Loaded>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** Resident memory, as it said last. */
  memoryBytes = 0;
  private readonly child: ChildProcess;
  private turn: Turn | undefined;
  private gone = false;
  private markLoaded: (loaded: Loaded) => void = () => undefined;

  constructor(command: EngineCommand, private readonly patience: Patience) {
    // A process group of its own, so that the whole of it can be killed. Its complaints may quote what it was given, so nobody reads them.
    this.child = start(command);
    this.ended = new Promise((resolve) => {
      const over = (): void => {
        this.gone = true;
        resolve();
      };
      this.child.once('close', over).once('error', over);
    });
    this.loaded = new Promise((resolve, reject) => {
      const late = setTimeout(() => this.kill(), patience.loadMsMax);
      this.markLoaded = (loaded) => (clearTimeout(late), resolve(loaded));
      void this.ended.then(() => (clearTimeout(late), reject(new Error('The engine ended while it was starting.'))));
    });
    this.loaded.catch(() => undefined);
    this.child.stdin?.on('error', () => undefined);
    // A line that is none, or bytes that end early: whatever speaks there is not our engine any more.
    if (this.child.stdout) this.listen(this.child.stdout).catch(() => this.kill());
  }

  get isGone(): boolean {
    return this.gone;
  }

  /** Sends a question and the bytes that belong to it. When they break off or nobody waits any more, the engine is told to stop at its next step. */
  async ask(question: Question, bytes: AsyncIterable<Buffer>, asker: Asker): Promise<QuestionEnd> {
    let hear: () => void = () => undefined;
    const heard = new Promise<boolean>((resolve) => (hear = () => resolve(true)));
    const ended = new Promise<QuestionEnd>((end) => (this.turn = { asker, hear, end }));
    const lost = this.ended.then((): QuestionEnd => ({ outcome: 'lost' }));
    let late: NodeJS.Timeout | undefined;
    let isSent = false;
    const cancel = (): void => {
      late ??= setTimeout(() => this.kill(), this.patience.cancelMsMax);
      // In the middle of a frame it would be taken for a part of it.
      if (isSent) this.say({ cancel: true });
    };
    asker.signal.addEventListener('abort', cancel);
    try {
      this.say({ question });
      if (!(await Promise.race([heard, lost.then(() => false)]))) return { outcome: 'unheard' };
      const whole = await this.send(bytes, bytesOfQuestion(question));
      isSent = true;
      if (!whole || asker.signal.aborted) cancel();
      return await Promise.race([ended, lost]);
    } finally {
      clearTimeout(late);
      asker.signal.removeEventListener('abort', cancel);
      this.turn = undefined;
    }
  }

  /** Kills the process and its group at once; `ended` tells when it is gone. */
  kill(): void {
    if (this.gone) return;
    killGroup(this.child);
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
  }

  private say(order: { question: Question } | { cancel: true }): void {
    this.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** False when the bytes broke off. Then the frame is filled up, so that the next line is where the engine looks for it. */
  private async send(bytes: AsyncIterable<Buffer>, count: number): Promise<boolean> {
    let missing = count;
    try {
      for await (const piece of bytes) {
        missing -= piece.length;
        await written(this.child.stdin, piece);
      }
    } catch {
      // Told by what is missing.
    }
    const whole = missing === 0;
    for (; missing > 0 && !this.gone; missing -= Math.min(missing, zeros.length)) await written(this.child.stdin, zeros.subarray(0, missing)).catch(() => (missing = 0));
    return whole;
  }

  private async listen(stdout: Readable): Promise<void> {
    const reader = new FrameReader(new Pieces(stdout));
    for (;;) {
      const said = await reader.line();
      if (said === undefined) return this.kill();
      await this.hear(engineLine.parse(said), reader);
    }
  }

  private async hear(line: EngineLine, reader: FrameReader): Promise<void> {
    if ('memoryBytes' in line) this.memoryBytes = line.memoryBytes;
    if ('loaded' in line) return this.markLoaded(line.loaded);
    if (!this.turn) throw new Error('an answer that nobody asked for');
    const { asker, end } = this.turn;
    if ('heard' in line) return this.turn.hear();
    if ('step' in line) return asker.onStep(line.step, line.steps);
    if ('failed' in line) return end({ outcome: 'failed', code: line.failed });
    const { image, roundTrip } = line;
    // Bytes that end early are the end of this process, which whoever asked is told then.
    const taken = await reader.lend(bytesOfAnswer(line), (bytes) => asker.take({ image, roundTrip }, bytes).then(() => true, () => false));
    end(taken ? { outcome: 'answered' } : { outcome: 'failed', code: 'edit.sandbox_failed' });
  }
}
