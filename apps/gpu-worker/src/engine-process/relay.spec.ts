import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '@flux-context/contracts';
import type { Asker } from './engine-process.js';
import type { Question } from './frames.js';
import { relay } from './relay.js';

const size = { width: 64, height: 64 };
const asked = (prompt: string): Question => ({ model: 'klein', promptBytes: prompt.length, pictures: [size], mask: false, seed: 1, roundTrip: false });
const pixels = Buffer.alloc(size.width * size.height * 3, 1);
const questionOf = (prompt: string): Buffer => Buffer.concat([Buffer.from(`${JSON.stringify(asked(prompt))}\n${prompt}`), pixels]);

/** A sandbox's end of the channel: it says what it is told to, and `heard` is what it was answered. */
class SpecSandbox {
  heard = Buffer.alloc(0);
  readonly channel: Duplex;

  constructor(private readonly reads = true) {
    this.channel = new Duplex({
      read: () => undefined,
      write: (piece: Buffer, _encoding, done) => {
        this.heard = Buffer.concat([this.heard, piece]);
        if (this.reads) done();
      },
    });
  }

  say(bytes: Buffer): void {
    this.channel.push(bytes);
  }
}

type Ask = (question: Question, bytes: AsyncIterable<Buffer>, asker: Asker) => Promise<ErrorCode | undefined>;
const answering: Ask = async (_question, bytes, asker) => {
  for await (const _ of bytes);
  await asker.take({ image: size, roundTrip: false }, (async function* () { yield pixels; })());
  return undefined;
};
const notes = () => ({ signal: new AbortController().signal, onStep: () => undefined, answered: [] as string[], onAnswered(model: string) { this.answered.push(model); } });

describe('the way from a sandbox to the engine', () => {
  it('finds the second question behind the bytes that a refused one left, and overwrites them', async () => {
    const [sandbox, seen] = [new SpecSandbox(), notes()];
    let questions = 0;
    const ended = relay(sandbox.channel, { ask: (...question) => (questions++ === 0 ? Promise.resolve('model.failed' as const) : answering(...question)) }, seen);
    const both = Buffer.concat([questionOf('secret words'), questionOf('more of them')]);
    sandbox.say(both);
    await ended;
    expect(sandbox.heard.toString('latin1')).toContain('{"failed":"model.failed"}\n{"image"');
    expect(seen.answered).toEqual(['klein']);
    expect(both.every((byte) => byte === 0 || byte === 10)).toBe(true);
  });

  it('goes on behind bytes of which the engine took a part before it ended', async () => {
    const sandbox = new SpecSandbox();
    const ended = relay(sandbox.channel, { ask: async (_question, bytes) => { for await (const _ of bytes) break; return 'model.failed'; } }, notes());
    sandbox.say(questionOf('first'));
    sandbox.say(questionOf('second'));
    await ended;
    expect(sandbox.heard.toString()).toBe('{"failed":"model.failed"}\n'.repeat(2));
  });

  it.each([
    ['does not send what it announced', true, asked('x')],
    ['does not take its answer', false, undefined],
  ])('closes to one that %s, so that the others do not wait for it', async (_what, reads, announced) => {
    const [sandbox, seen] = [new SpecSandbox(reads), notes()];
    const ended = relay(sandbox.channel, { ask: answering }, seen, 50);
    sandbox.say(announced ? Buffer.from(`${JSON.stringify(announced)}\n`) : questionOf('x'));
    await ended;
    expect([sandbox.channel.destroyed, seen.answered]).toEqual([true, []]);
  });

  it.each([
    ['no question', Buffer.from('{"model":"klein"}\n')],
    ['another order of the engine', Buffer.from('{"cancel":true}\n')],
    ['bytes without end and without a line', Buffer.alloc(600_000, 'x')],
    ['more bytes than it announced', Buffer.concat([questionOf('x'), Buffer.alloc(600_000, 1)])],
  ])('closes to one that says %s', async (_what, said) => {
    const sandbox = new SpecSandbox();
    const ended = relay(sandbox.channel, { ask: answering }, notes());
    sandbox.say(said);
    await ended;
    expect(sandbox.channel.destroyed).toBe(true);
  });
});
