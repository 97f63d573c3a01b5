import type { EditStatus, Engine, ErrorCode, OutputFormat, ParcelHeader, Progress, Stage } from '@flux-context/contracts';
import { stages } from '@flux-context/contracts';

/** What the holder must remember of an edit to answer for it. */
export interface Accepted {
  readonly id: string;
  readonly personId: string;
  readonly format: OutputFormat;
  readonly header: ParcelHeader;
  readonly engine: Engine;
  /** Opens the answer; overwritten when the edit has failed or is erased. */
  readonly answerSecret: Uint8Array;
  /** Keys the HMACs of picture and result. Its owner is told it while the edit is held; it lives here only, and is overwritten with the edit. */
  readonly nonce: Uint8Array;
  readonly inputHmac: Buffer;
  readonly createdAt: Date;
  readonly deadline: Date;
  /** Whether the caller can ask again by an Idempotency-Key or by the result's address. */
  readonly askableAgain: boolean;
}

/** Why a worker's hold on an edit ends. */
export type Over = 'cancelled' | 'finished';

/**
 * An edit that this process holds, from acceptance to erasure. It walks forward only: accepted, then settled or failed;
 * settled, then delivered; then erased. Whoever waits is told of each change.
 */
export class RunningEdit {
  private current: { state: EditStatus['state']; code?: ErrorCode; resultUntil?: Date; settledAt?: Date } = { state: 'accepted' };
  private progress: Progress = { stage: 'queue' };
  private position: number | undefined;
  private readonly listeners = new Set<() => void>();
  private waiters = 0;
  private followers = 0;
  readonly timings: Partial<Record<Stage, number>> = {};
  private readonly startedMs = performance.now();
  /** When a worker first took it, for the time spent in the queue. */
  private taken = false;

  constructor(readonly accepted: Accepted) {}

  get id(): string {
    return this.accepted.id;
  }

  get pool(): string {
    return this.accepted.header.pool;
  }

  get state(): EditStatus['state'] {
    return this.current.state;
  }

  get code(): ErrorCode | undefined {
    return this.current.code;
  }

  /** In hex, for the owner; undefined once it was overwritten. */
  get receiptNonce(): string | undefined {
    return this.isHeld ? Buffer.from(this.accepted.nonce).toString('hex') : undefined;
  }

  private get isHeld(): boolean {
    return this.current.state !== 'failed' && this.current.state !== 'erased';
  }

  /** Settled, and the redelivery window has not ended. */
  get isReadable(): boolean {
    return this.current.resultUntil !== undefined && this.current.resultUntil.getTime() > Date.now();
  }

  /** A worker took it. A second delivery does not count its waiting again. */
  take(): void {
    if (!this.taken) this.timings.queue = performance.now() - this.startedMs;
    this.taken = true;
    this.position = undefined;
    this.tell();
  }

  /** Where the worker is. Stages only move forward unless another worker took over. */
  advance(progress: Progress): void {
    if (this.current.state !== 'accepted' || !stages.includes(progress.stage)) return;
    this.progress = progress;
    this.tell();
  }

  stand(position: number | undefined): void {
    if (this.taken || position === this.position) return;
    this.position = position;
    this.tell();
  }

  settled(at: Date, resultUntil: Date): void {
    this.current = { state: 'settled', settledAt: at, resultUntil };
    this.tell();
  }

  failed(code: ErrorCode): void {
    this.forgetSecrets();
    this.current = { state: 'failed', code };
    this.tell();
  }

  delivered(): void {
    if (this.current.state === 'settled') this.current = { ...this.current, state: 'delivered' };
    this.tell();
  }

  erased(): void {
    this.forgetSecrets();
    if (this.current.state !== 'failed') this.current = { ...this.current, state: 'erased' };
    this.tell();
  }

  private forgetSecrets(): void {
    this.accepted.answerSecret.fill(0);
    this.accepted.nonce.fill(0);
  }

  status(): EditStatus {
    const { accepted, current } = this;
    const running = current.state === 'accepted';
    return {
      id: accepted.id,
      state: current.state,
      engine: accepted.engine,
      pool: this.pool,
      ...(current.code && { code: current.code }),
      ...(running && this.progress),
      ...(running && this.position !== undefined && { queuePosition: this.position }),
      createdAt: accepted.createdAt.toISOString(),
      deadline: accepted.deadline.toISOString(),
      ...(current.settledAt && { settledAt: current.settledAt.toISOString() }),
      ...(current.resultUntil && { resultUntil: current.resultUntil.toISOString() }),
      ...(this.receiptNonce !== undefined && { receiptNonce: this.receiptNonce }),
    };
  }

  /** Whether somebody follows its status, so that its place in the queue is worth asking for. */
  get followed(): boolean {
    return this.followers > 0;
  }

  /** Waits for the end on behalf of a caller. `last` tells that nobody else waits, so that hanging up may cancel. */
  async awaited(signal: AbortSignal): Promise<{ last: boolean }> {
    this.waiters += 1;
    await this.ended(signal);
    this.waiters -= 1;
    return { last: this.waiters === 0 };
  }

  /** Settles when the edit is no longer accepted, or when `signal` aborts. */
  async ended(signal?: AbortSignal): Promise<void> {
    return this.past(['accepted'], signal);
  }

  /** Settles when nothing of the edit is owed to anybody any more, or when `signal` aborts. */
  async handedOver(signal?: AbortSignal): Promise<void> {
    return this.past(['accepted', 'settled'], signal);
  }

  /** Why the worker shall stop; waits until it shall. */
  async over(signal?: AbortSignal): Promise<Over> {
    await this.ended(signal);
    return this.current.state === 'failed' ? 'cancelled' : 'finished';
  }

  /** The status now and after each change, until the edit is settled or has failed. */
  async *changes(signal?: AbortSignal): AsyncGenerator<EditStatus> {
    this.followers += 1;
    try {
      for (;;) {
        const changed = this.change(signal);
        yield this.status();
        if (this.current.state !== 'accepted' || signal?.aborted) return;
        await changed;
      }
    } finally {
      this.followers -= 1;
    }
  }

  private async past(states: readonly EditStatus['state'][], signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (!states.includes(this.current.state) || signal?.aborted) return;
      await this.change(signal);
    }
  }

  private change(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.listeners.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.listeners.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
