import { once } from 'node:events';
import { Readable } from 'node:stream';
import { startupSnapshot } from 'node:v8';
import type { Drift } from '@flux-context/contracts';
import { sealChunks, sealedSize, zero } from '@flux-context/envelope';
import { disposePicture, encode } from '@flux-context/picture';
import { FrameReader } from '../../engine-process/frame-reader.js';
import { Pieces } from '../../engine-process/pieces.js';
import type { Order } from '../wire.js';
import { CodedEnd, codeOf } from './coded-end.js';
import { decodeAll, readBrief } from './decoded-parts.js';
import { modelEngine } from './diffusion-edit.js';
import { exactEngine } from './exact-edit.js';
import { say, Stopwatch } from './lines.js';
import { OpenedParts } from './opened-parts.js';
import { probe } from './probe.js';
import { rehearse } from './rehearsal.js';
import { bindSharp } from './sharp-binding.js';
import { warmUp } from './warm-up.js';

/*
 * The single-use process. It waits warm for one order, opens, decodes, edits, encodes and seals, says how it ended, and waits
 * to be killed. It has no network, no environment and nothing to write to.
 */

const stopwatch = new Stopwatch();

/** Resolves with what an image model did beside what it was asked to. */
async function carryOut(order: Order, incoming: FrameReader): Promise<Drift | undefined> {
  const parts = await stopwatch.during('open', () => OpenedParts.open(order, incoming));
  const { bytes, drift } = await edit(parts, order);
  const answerBytes = sealedSize(bytes.length);
  if (answerBytes > order.answerBytesMax) throw new CodedEnd('edit.out_of_memory');
  say({ answerBytes });
  await stopwatch.during('seal', () => sendSealed(order, bytes));
  return drift;
}

async function edit(parts: OpenedParts, order: Order): Promise<{ bytes: Buffer; drift: Drift | undefined }> {
  const brief = readBrief(parts);
  const engine = brief.engine === 'exact' ? exactEngine(brief) : modelEngine(brief, order.models);
  const decoded = await stopwatch.during('decode', () => decodeAll(parts, brief));
  const { picture, drift, origin } = await stopwatch.during('edit', () => engine(decoded));
  try {
    return { bytes: await stopwatch.during('encode', () => encode(picture, { ...brief.output, origin })), drift };
  } finally {
    disposePicture(picture);
  }
}

async function sendSealed(order: Order, answer: Uint8Array): Promise<void> {
  const secret = Buffer.from(order.answerSecret, 'base64');
  for await (const chunk of sealChunks(secret, { editId: order.editId, part: 'answer', direction: 'answer' }, Readable.from([answer]))) {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  }
  zero(secret, answer);
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
}

async function serve(): Promise<void> {
  await warmUp();
  say({ ready: true });
  const incoming = new FrameReader(new Pieces(process.stdin));
  const order = (await incoming.line()) as Order | undefined;
  if (!order) return;
  const figures = () => ({ timings: stopwatch.timings, memoryBytes: process.resourceUsage().maxRSS * 1_024 });
  try {
    const drift = await carryOut(order, incoming);
    say({ end: { outcome: 'completed', drift, ...figures() } });
  } catch (error) {
    say({ end: { outcome: 'failed', code: codeOf(error), ...figures() } });
  }
}

/** Arguments: sharp's native half, and for a probe what to try. */
function start(): Promise<void> {
  const [native = '', purpose, ...rest] = process.argv.slice(2);
  bindSharp(native);
  // Node would open its inspector on this signal.
  process.on('SIGUSR1', () => undefined);
  return purpose === 'probe' ? probe(rest) : serve();
}

if (startupSnapshot.isBuildingSnapshot()) void rehearse().then(() => startupSnapshot.setDeserializeMainFunction(() => void start()));
else void start();
