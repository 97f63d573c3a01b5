import type { Duplex } from 'node:stream';
import { type Answer, bytesOfQuestion, type Question, question as questionSchema } from './frames.js';
import { FrameReader } from './frame-reader.js';
import type { Engine } from './engine.js';
import { Pieces } from './pieces.js';
import { written } from './written.js';

/** A picture, and a second look at a part of it. */
const questionsMax = 2;

/**
 * How long a sandbox may keep the engine waiting for its next bytes, or for room for the answer's. It has all of them when it asks, and
 * room for all of an answer, so only one that is taken over makes others wait.
 */
const pauseMsMax = 30_000;

/** What the worker notes of the questions that it passes on. */
export interface Notes {
  readonly signal: AbortSignal;
  onStep(step: number, steps: number): void;
  onAnswered(model: string): void;
}

/**
 * Passes the questions of one sandbox on to the engine and the answers back. It checks the lines, which are numbers, and counts the
 * bytes between them; it keeps none and looks at none, and overwrites each piece when it has left. Never rejects: a
 * sandbox that says something else, or makes the engine wait, is no longer listened to, and ends for want of an answer.
 */
export async function relay(channel: Duplex, engine: Pick<Engine, 'ask'>, notes: Notes, pauseMs = pauseMsMax): Promise<void> {
  const way = new Way(channel, pauseMs);
  channel.on('error', () => undefined);
  try {
    for (let asked = 0; asked < questionsMax; asked++) {
      const line = await way.reader.line();
      if (line === undefined) return;
      await passOn(questionSchema.parse(line), way, engine, notes);
    }
  } catch {
    channel.destroy();
  }
}

/** To a sandbox and back, closed as soon as the sandbox makes the engine wait. */
class Way {
  readonly reader: FrameReader;

  constructor(private readonly channel: Duplex, private readonly pauseMs: number) {
    this.reader = new FrameReader(new Pieces(channel));
  }

  /** May be left early and gone on with: what was not taken is still to come. */
  bytes(count: number): AsyncIterable<Buffer> {
    const bytes = this.reader.bytes(count);
    return { [Symbol.asyncIterator]: () => ({ next: () => this.inTime(bytes.next()) }) };
  }

  say(line: Answer): Promise<void> {
    return this.write(`${JSON.stringify(line)}\n`);
  }

  write(bytes: Uint8Array | string): Promise<void> {
    return this.inTime(written(this.channel, bytes));
  }

  private inTime<T>(step: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.channel.destroy();
        reject(new Error('the sandbox makes the engine wait'));
      }, this.pauseMs);
    });
    return Promise.race([step, late]).finally(() => clearTimeout(timer));
  }
}

async function passOn(question: Question, way: Way, engine: Pick<Engine, 'ask'>, notes: Notes): Promise<void> {
  const bytes = way.bytes(bytesOfQuestion(question));
  const code = await engine.ask(question, bytes, {
    signal: notes.signal,
    onStep: (step, steps) => notes.onStep(step, steps),
    take: async (answer, pixels) => {
      await way.say(answer);
      for await (const piece of pixels) await way.write(piece);
    },
  });
  // An engine that refused or ended has left some; only behind them is the next line.
  for await (const _ of bytes);
  if (code === undefined) notes.onAnswered(question.model);
  else await way.say({ failed: code });
}
