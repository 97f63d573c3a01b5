import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '@flux-context/contracts';
import type { Logger } from '@flux-context/runtime';
import { type Asker, type EngineCommand, EngineProcess, type Patience } from './engine-process.js';
import type { LoadedModel, Question } from './frames.js';
import { fingerprintOf, ModelsWatch } from './models-folder.js';

/** Starts that may fail one after the other before edits are refused instead of waiting. Starting is tried again all the same. */
const failedStartsMax = 3;
/** Processes that may end before they hear one and the same question. */
const unheardMax = 3;
const pauseMs = { first: 500, most: 30_000 };

export interface EngineOptions {
  /** Found anew for each process. */
  command(): EngineCommand;
  /** Looked at for other bundles; without one no process is started. */
  readonly modelsFolder: string;
  readonly patience: Patience;
  /** The process is replaced after so many edits; 1 for a pool whose edits may share nothing. Never when absent. */
  readonly editsMax: number | undefined;
  readonly logger: Logger;
}

/**
 * Keeps one process of the engine alive, with a queue in front of it. It lives longer than an edit because its weights do; what
 * bounds that is in decision 10. A process that dies fails the edit it was on and nothing else.
 */
export class Engine {
  /** Processes that took the place of another. */
  restarts = 0;
  /** Edits that wait for their turn or have it. */
  waiting = 0;
  private edits = 0;
  private current: EngineProcess | undefined;
  private known: readonly LoadedModel[] = [];
  private failedStarts = 0;
  private stopped = false;
  /** There was no model to load, and there will be none before the folder holds other bundles. */
  private idle: boolean;
  /** The process whose end is wanted. */
  private leaving: EngineProcess | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();
  private readonly changed = new Set<() => void>();
  private readonly running: Promise<void>;
  private readonly watch: ModelsWatch;

  constructor(private readonly options: EngineOptions) {
    this.watch = new ModelsWatch(options.modelsFolder, () => void this.reload());
    this.idle = fingerprintOf(options.modelsFolder) === '';
    this.running = this.keepAlive();
  }

  /** Models that edits can be sent to: none until they are loaded, nor while the engine does not stay up. */
  get models(): readonly LoadedModel[] {
    return this.failedStarts < failedStartsMax ? this.known : [];
  }

  get memoryBytes(): number {
    return this.current?.memoryBytes ?? 0;
  }

  /** Resolves when models are loaded for the first time, with true, or when it was stopped before. */
  async started(): Promise<boolean> {
    while (this.known.length === 0 && !this.stopped) await this.change();
    return this.known.length > 0;
  }

  /** Waits for its turn, asks, and frees the turn when the answer was taken. Resolves with the code of a failure. */
  async ask(question: Question, bytes: AsyncIterable<Buffer>, asker: Asker): Promise<ErrorCode | undefined> {
    this.waiting += 1;
    try {
      return await this.inTurn(() => this.askNow(question, bytes, asker));
    } finally {
      this.waiting -= 1;
    }
  }

  /** Has the bundles that the folder holds now loaded by another process, in its turn: edits that came before are not disturbed, later ones wait. */
  private async reload(): Promise<void> {
    this.options.logger.info('the models folder holds other bundles; they are loaded anew');
    await this.inTurn(async () => {
      const wasIdle = this.idle;
      this.idle = fingerprintOf(this.options.modelsFolder) === '';
      if (this.idle) this.known = [];
      this.tell();
      if (wasIdle) return;
      // One that is loading may have looked before the change.
      const engine = await this.ready(this.stopping.signal);
      if (engine) await this.replace(engine);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.watch.stop();
    this.stopping.abort();
    this.current?.kill();
    this.tell();
    await this.running;
  }

  private async inTurn<T>(act: () => Promise<T>): Promise<T> {
    const before = this.last;
    let leave: () => void = () => undefined;
    this.last = new Promise<void>((resolve) => (leave = resolve));
    try {
      await before;
      return await act();
    } finally {
      leave();
    }
  }

  /** A process may be gone before anybody noticed: then the question is the next one's. */
  private async askNow(question: Question, bytes: AsyncIterable<Buffer>, asker: Asker): Promise<ErrorCode | undefined> {
    for (let unheard = 0; unheard < unheardMax; unheard++) {
      const code = await this.askOnce(question, bytes, asker);
      if (code !== 'unheard') return code;
    }
    return 'model.failed';
  }

  private async askOnce(question: Question, bytes: AsyncIterable<Buffer>, asker: Asker): Promise<ErrorCode | 'unheard' | undefined> {
    const engine = await this.ready(asker.signal);
    if (asker.signal.aborted) return 'edit.cancelled';
    const model = this.models.find(({ id }) => id === question.model);
    if (!engine || !model) return 'model.failed';
    if (question.pictures.length > model.limits.referencesMax + 1) return 'model.too_many_references';
    // More than any sandbox of ours prepares would only be read to be refused, and might cost the engine its memory.
    if (question.pictures.some(({ width, height }) => width * height > model.pixelsMax)) return 'picture.too_many_pixels';
    const end = await engine.ask(question, bytes, asker);
    if (end.outcome !== 'unheard') this.edits += 1;
    if (!engine.isGone && this.edits === this.options.editsMax) await this.replace(engine);
    // Whoever is next must not be given a process that is gone.
    if (engine.isGone && this.current === engine) this.current = undefined;
    if (end.outcome === 'answered') return undefined;
    if (end.outcome === 'unheard') return end.outcome;
    return end.outcome === 'failed' ? end.code : 'model.failed';
  }

  /** A process with its models loaded; undefined when there is none to wait for. */
  private async ready(signal: AbortSignal): Promise<EngineProcess | undefined> {
    while (!this.current && !this.stopped && !this.idle && !signal.aborted && this.failedStarts < failedStartsMax) await this.change(signal);
    return this.current;
  }

  private async replace(engine: EngineProcess): Promise<void> {
    this.leaving = engine;
    engine.kill();
    await engine.ended;
  }

  private async keepAlive(): Promise<void> {
    for (;;) {
      while (this.idle && !this.stopped) await this.change();
      if (this.stopped) return;
      const ran = await this.runOnce();
      this.current = undefined;
      this.failedStarts = ran ? 0 : this.failedStarts + 1;
      this.tell();
      if (this.stopped || this.idle) continue;
      this.restarts += 1;
      if (!ran) await sleep(Math.min(pauseMs.first * 2 ** (this.failedStarts - 1), pauseMs.most), undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** One process to its end. False when it did not even get ready. */
  private async runOnce(): Promise<boolean> {
    const { logger } = this.options;
    const engine = this.launch();
    if (!engine) return false;
    const startedMs = performance.now();
    const abort = (): void => engine.kill();
    this.stopping.signal.addEventListener('abort', abort);
    try {
      const { models, refused, provider } = await engine.loaded;
      for (const { id, code } of refused) logger.error('a model could not be loaded', { model: id, code });
      logger.info('engine ready', { provider, count: models.length, durationMs: Math.round(performance.now() - startedMs) });
      this.known = models;
      this.edits = 0;
      this.failedStarts = 0;
      this.idle = models.length === 0;
      if (!this.idle) this.current = engine;
      this.tell();
      if (this.stopped || this.idle) engine.kill();
      await engine.ended;
      if (!this.stopped && !this.idle && this.leaving !== engine) logger.warn('the engine has ended and is started again');
      return true;
    } catch {
      logger.error('the engine did not start');
      return false;
    } finally {
      this.stopping.signal.removeEventListener('abort', abort);
      engine.kill();
      await engine.ended;
    }
  }

  /** Undefined where a part of it is not installed: then exact edits go on without it. */
  private launch(): EngineProcess | undefined {
    try {
      return new EngineProcess(this.options.command(), this.options.patience);
    } catch (error) {
      this.options.logger.error('the engine cannot be started', { error });
      return undefined;
    }
  }

  private tell(): void {
    for (const listener of this.changed) listener();
  }

  private change(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.changed.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.changed.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
