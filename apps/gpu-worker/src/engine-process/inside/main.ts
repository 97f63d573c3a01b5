import type { DiffusionRequest, DiffusionResult } from '@flux-context/diffusion';
import { FrameReader } from '../frame-reader.js';
import { type EngineLine, order, type Question } from '../frames.js';
import { Pieces } from '../pieces.js';
import { written } from '../written.js';
import { failureCode } from './failure-code.js';
import { type EngineSettings, type LoadedModels, loadModels } from './load-models.js';

/*
 * The process that owns the weights, and with them onnxruntime. It is given words and pixels and gives back pixels, one question
 * at a time; it knows no key, no ticket and no edit. It keeps nothing: what it was given and what it made is overwritten
 * when the answer has left.
 */

const say = (line: EngineLine): Promise<void> => written(process.stdout, `${JSON.stringify(line)}\n`);
const memory = () => ({ memoryBytes: process.memoryUsage.rss() });

async function readRequest(question: Question, reader: FrameReader): Promise<DiffusionRequest> {
  const words = await reader.whole(question.promptBytes);
  const prompt = words.toString('utf8');
  words.fill(0);
  const references = [];
  for (const { width, height } of question.pictures) references.push({ width, height, data: await reader.whole(width * height * 3) });
  const { width, height } = question.pictures[0]!;
  return { prompt, references, seed: question.seed, ...(question.mask && { mask: { width, height, data: await reader.whole(width * height) } }) };
}

async function answer(question: Question, request: DiffusionRequest, { pipelines }: LoadedModels, signal: AbortSignal): Promise<void> {
  let made: DiffusionResult | undefined;
  try {
    made = await pipelines.get(question.model)!.edit(request, {
      signal,
      roundTrip: question.roundTrip,
      onStep: (stage, step, steps) => void (stage === 'denoise' && say({ step: step + 1, steps })),
    });
    const { image: { width, height, data }, roundTrip } = made;
    await say({ image: { width, height }, roundTrip: roundTrip !== undefined, ...memory() });
    await written(process.stdout, data);
    if (roundTrip) await written(process.stdout, roundTrip.data);
  } catch (error) {
    await say({ failed: failureCode(error, signal), ...memory() });
  } finally {
    for (const picture of [...request.references, request.mask, made?.image, made?.roundTrip]) picture?.data.fill(0);
  }
}

async function serve(loaded: LoadedModels, reader: FrameReader): Promise<void> {
  let next = reader.line();
  for (;;) {
    const line = await next;
    if (line === undefined) return;
    const said = order.parse(line);
    if ('cancel' in said) {
      // Of an edit that was answered just then.
      next = reader.line();
      continue;
    }
    await say({ heard: true });
    const request = await readRequest(said.question, reader);
    next = reader.line();
    const stop = new AbortController();
    // Nothing but the wish to stop can come before the answer has left.
    const abort = (): void => stop.abort();
    void next.then(abort, abort);
    await answer(said.question, request, loaded, stop.signal);
  }
}

async function start(): Promise<void> {
  // Node would open its inspector on this signal.
  process.on('SIGUSR1', () => undefined);
  const loaded = await loadModels(JSON.parse(process.argv[2] ?? '{}') as EngineSettings);
  await say({ loaded: loaded.loaded, ...memory() });
  await serve(loaded, new FrameReader(new Pieces(process.stdin)));
}

// An error that nobody foresaw may quote what it was given, so nothing is said of it.
start().then(() => process.exit(0), () => process.exit(1));
