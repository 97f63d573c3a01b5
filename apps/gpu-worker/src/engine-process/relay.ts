import type { Duplex } from 'node:stream';
import { type Answer, bytesOfQuestion, type Question, question as questionSchema } from './frames.js';
import { FrameReader } from './frame-reader.js';
import type { Engine } from './engine.js';
import { written } from './written.js';

/** A picture, and a second look at a part of it. */
const questionsMax = 2;

/** What the worker notes of the questions that it passes on. */
export interface Notes {
  readonly signal: AbortSignal;
  onStep(step: number, steps: number): void;
  onAnswered(model: string): void;
}

/**
 * Passes the questions of one sandbox on to the engine and the answers back. It checks the lines, which are numbers, and counts the
 * bytes between them; it keeps none and looks at none, and overwrites each piece when it has left. Never rejects: a
 * sandbox that says something else is no longer listened to, and ends for want of an answer.
 */
export async function relay(channel: Duplex, engine: Pick<Engine, 'ask'>, notes: Notes): Promise<void> {
  const reader = new FrameReader(channel as AsyncIterable<Buffer>);
  channel.on('error', () => undefined);
  try {
    for (let asked = 0; asked < questionsMax; asked++) {
      const line = await reader.line();
      if (line === undefined) return;
      await passOn(questionSchema.parse(line), reader, { channel, engine, notes });
    }
  } catch {
    channel.destroy();
  }
}

async function passOn(question: Question, reader: FrameReader, { channel, engine, notes }: { channel: Duplex; engine: Pick<Engine, 'ask'>; notes: Notes }): Promise<void> {
  const say = (line: Answer): Promise<void> => written(channel, `${JSON.stringify(line)}\n`);
  // A sandbox that still writes does not read why its question failed, so its bytes are taken in any case.
  const code = await reader.lend(bytesOfQuestion(question), (bytes) => engine.ask(question, bytes, {
    signal: notes.signal,
    onStep: (step, steps) => notes.onStep(step, steps),
    take: async (answer, answerBytes) => {
      await say(answer);
      for await (const piece of answerBytes) await written(channel, piece);
    },
  }));
  if (code === undefined) notes.onAnswered(question.model);
  else await say({ failed: code });
}
