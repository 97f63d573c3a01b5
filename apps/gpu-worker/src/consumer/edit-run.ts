import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Drift, ErrorCode, Isolation, ParcelHeader, Report, Ticket, Timings, Model } from '@flux-context/contracts';
import { type KeySource, openFrom, zero } from '@flux-context/envelope';
import type { Fit } from '@flux-context/picture';
import type { Secret } from '@flux-context/runtime';
import type { Engine } from '../engine-process/engine.js';
import type { LoadedModel } from '../engine-process/frames.js';
import { relay } from '../engine-process/relay.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { AskableModel, Order } from '../sandbox/wire.js';
import { ExactBytes } from './exact-bytes.js';
import { EditOver, Holder } from './holder.js';
import { ProgressRelay } from './progress-relay.js';

/** What every edit of this worker is done with. */
export interface Bench {
  readonly pool: string;
  readonly credential: Secret;
  readonly keys: KeySource;
  readonly isolation: Isolation;
  /** The worker's build, for the receipt. */
  readonly build: string;
  /** Sealed bytes that the worker takes in for one edit. */
  readonly sealedBytesMax: number;
  /** Where there are models. */
  readonly engine?: Engine | undefined;
  takeSandbox(): Promise<Sandbox>;
}

/** How a run ended for the worker; `dropped` when nobody waited for it any more. */
export interface RunEnd {
  readonly outcome: 'completed' | 'failed' | 'dropped';
  readonly timings: Timings;
  readonly memoryBytes: number;
}

type Ending = { readonly outcome: 'completed'; readonly answerBytes: number; readonly answerSha256: string; readonly drift?: Drift | undefined } | { readonly outcome: 'failed'; readonly code: ErrorCode };

/** Ends an edit from outside its sandbox. */
class Stop extends Error {
  constructor(readonly code: ErrorCode | 'dropped') {
    super(code);
  }
}

/**
 * One ticket, from the first call to the holder to the report. Sealed bytes flow from the holder into the sandbox and back;
 * this process sees neither a picture nor an instruction.
 */
export class EditRun {
  private readonly stopping = new AbortController();
  private readonly holder: Holder;
  private sandbox: Sandbox | undefined;
  private timings: Timings = {};
  private memoryBytes = 0;
  private model: Model | undefined;

  constructor(
    private readonly ticket: Ticket,
    private readonly bench: Bench,
  ) {
    this.holder = new Holder(ticket.parcelsAt, ticket.editId, bench.credential);
  }

  /** Carries the edit to its end. `signal` drops it: its ticket is another worker's now. */
  async run(signal: AbortSignal): Promise<RunEnd> {
    const drop = (): void => this.stop('dropped');
    const deadline = setTimeout(() => this.stop('edit.deadline'), msUntil(this.ticket.deadline));
    signal.addEventListener('abort', drop);
    if (signal.aborted) drop();
    void this.holder.overOrGone(this.stopping.signal).then(drop);
    try {
      const ending = await this.edit();
      const sandboxEnded = await this.endSandbox();
      if (ending === 'dropped') return this.runEnd('dropped');
      await this.holder.report(this.reportOf(ending, sandboxEnded), AbortSignal.timeout(10_000));
      return this.runEnd(ending.outcome);
    } catch (error) {
      if (error instanceof EditOver) return this.runEnd('dropped');
      throw error;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', drop);
      // Ends every call that is still open, the watch first of all.
      drop();
    }
  }

  private stop(code: Stop['code']): void {
    this.stopping.abort(new Stop(code));
    this.sandbox?.kill();
  }

  private async edit(): Promise<Ending | 'dropped'> {
    try {
      return await this.editInSandbox();
    } catch (error) {
      const { aborted, reason } = this.stopping.signal;
      if (aborted && reason instanceof Stop) return reason.code === 'dropped' ? 'dropped' : { outcome: 'failed', code: reason.code };
      if (error instanceof EditOver) return 'dropped';
      return { outcome: 'failed', code: 'edit.sandbox_failed' };
    }
  }

  private async editInSandbox(): Promise<Ending> {
    const { signal } = this.stopping;
    const { header, sealed } = await this.holder.parcels(signal);
    const sealedBytes = this.bytesOf(header);
    const order = await this.orderFor(header);
    const sandbox = await this.takeSandbox();
    signal.throwIfAborted();
    const progress = new ProgressRelay((latest) => this.holder.progress(latest, signal));
    try {
      const { input, answer } = sandbox.begin(order, (latest) => progress.note(latest));
      // A broken pipe says nothing here: the sandbox tells by itself how it ended, and the watch tells of the holder.
      pipeline(sealed, new ExactBytes(sealedBytes), input, { signal }).catch(() => undefined);
      if (this.ticket.engine === 'diffusion') this.connectEngine(sandbox, progress);
      const answerBytes = await sandbox.announced;
      if (answerBytes === undefined || answerBytes > header.answerBytesMax) return await this.withoutAnswer(sandbox);
      return await this.withAnswer(sandbox, answerBytes, answer);
    } finally {
      progress.stop();
    }
  }

  /** The sandbox's way to the engine. It closes with the sandbox, and then the engine stops working on this edit. */
  private connectEngine(sandbox: Sandbox, progress: ProgressRelay): void {
    const { engine } = this.bench;
    if (!engine) return;
    const gone = new AbortController();
    void sandbox.ended.then(() => gone.abort());
    void relay(sandbox.engine, engine, {
      signal: AbortSignal.any([gone.signal, this.stopping.signal]),
      onStep: (step, steps) => progress.note({ stage: 'edit', step, steps }),
      onAnswered: (id) => {
        const model = engine.models.find((loaded) => loaded.id === id);
        if (model) this.model = { id, licence: model.licence.id };
      },
    });
  }

  private async withoutAnswer(sandbox: Sandbox): Promise<Ending> {
    const end = await Promise.race([sandbox.finished, this.endSandbox().then(() => sandbox.finished)]);
    this.stopping.signal.throwIfAborted();
    this.note(end);
    return { outcome: 'failed', code: end?.outcome === 'failed' ? end.code : await codeOfDeath(sandbox) };
  }

  private async withAnswer(sandbox: Sandbox, answerBytes: number, answer: Readable): Promise<Ending> {
    const passing = new ExactBytes(answerBytes);
    pipeline(answer, passing).catch(() => undefined);
    const taken = await this.holder.answer(answerBytes, passing, this.stopping.signal).catch((error: unknown) => {
      if (error instanceof EditOver) throw error;
      return undefined;
    });
    if (taken === undefined) return this.withoutAnswer(sandbox);
    if (!taken) return { outcome: 'failed', code: 'edit.answer_invalid' };
    const end = await sandbox.finished;
    this.note(end);
    if (end?.outcome !== 'completed') return this.withoutAnswer(sandbox);
    return { outcome: 'completed', answerBytes, answerSha256: passing.sha256(), drift: end.drift };
  }

  private note(end: { readonly timings: Timings; readonly memoryBytes: number } | undefined): void {
    if (!end) return;
    this.timings = end.timings;
    this.memoryBytes = end.memoryBytes;
  }

  private async takeSandbox(): Promise<Sandbox> {
    this.sandbox = await this.bench.takeSandbox();
    return this.sandbox;
  }

  /** The pool's private key opens the two secrets of this edit and is overwritten; only they go to the sandbox. */
  private async orderFor(header: ParcelHeader): Promise<Order> {
    const { editId, pool, epoch, parts, answerBytesMax } = header;
    const privateKey = await this.bench.keys.privateKey(epoch);
    const secrets = await openFrom(privateKey, Buffer.from(header.enc, 'base64'), { editId, pool, epoch });
    const base64 = (secret: Uint8Array): string => Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength).toString('base64');
    const order = { editId, parts, answerBytesMax, requestSecret: base64(secrets.request), answerSecret: base64(secrets.answer), models: this.ticket.engine === 'diffusion' ? (this.bench.engine?.models ?? []).map(askable) : [] };
    zero(privateKey, secrets.request, secrets.answer);
    return order;
  }

  private bytesOf(header: ParcelHeader): number {
    const bytes = header.parts.reduce((sum, part) => sum + part.sealedBytes, 0);
    if (header.editId !== this.ticket.editId || header.pool !== this.bench.pool) throw new Error('The holder sent another edit.');
    if (bytes > this.bench.sealedBytesMax) throw new Error('The parcels are larger than this worker accepts.');
    return bytes;
  }

  /** Kills the sandbox and waits until it is gone. True when that was seen, or when there never was one. */
  private async endSandbox(): Promise<boolean> {
    this.sandbox?.kill();
    const late = new Promise<false>((resolve) => void setTimeout(() => resolve(false), 5_000).unref());
    return Promise.race([this.sandbox?.ended.then(() => true) ?? true, late]);
  }

  private reportOf(ending: Ending, sandboxEnded: boolean): Report {
    const { isolation, build } = this.bench;
    const told = { engine: this.ticket.engine, isolation, timings: this.timings, sandboxEnded };
    return ending.outcome === 'completed' ? { ...ending, ...told, build, ...(this.model && { model: this.model }) } : { ...ending, ...told };
  }

  private runEnd(outcome: RunEnd['outcome']): RunEnd {
    return { outcome, timings: this.timings, memoryBytes: this.memoryBytes };
  }
}

const askable = ({ id, licence, fit, pixelsMax, inpaints, limits: { referencesMax } }: LoadedModel): AskableModel => ({ id, licence: licence.id, fit: fit as Fit, pixelsMax, inpaints, referencesMax });

const timerMsMax = 2_147_483_647;
const msUntil = (moment: string): number => Math.min(Math.max(0, Date.parse(moment) - Date.now()), timerMsMax);

/** What it means that a sandbox ended without a word. Bubblewrap turns the signal of what it ran into 128 and its number. */
async function codeOfDeath(sandbox: Sandbox): Promise<ErrorCode> {
  const { signal, status } = await sandbox.ended;
  const number = signal ? undefined : (status ?? 0) - 128;
  // V8 aborts or traps when it gets no memory.
  if (signal === 'SIGABRT' || signal === 'SIGTRAP' || number === 6 || number === 5) return 'edit.out_of_memory';
  if (signal === 'SIGXCPU' || number === 24) return 'edit.deadline';
  return 'edit.sandbox_failed';
}
