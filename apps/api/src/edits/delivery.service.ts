import { Injectable } from '@nestjs/common';
import { mediaTypes } from '@flux-context/contracts';
import { openChunks } from '@flux-context/envelope';
import { CodedError } from '@flux-context/runtime';
import { ParcelStore } from '../parcels/index.js';
import { EditLedger } from './edit-ledger.js';
import { EditMetrics } from './edit.metrics.js';
import { EditSettings } from './edit-settings.js';
import { HeldEdits } from './held-edits.js';
import type { RunningEdit } from './running-edit.js';

/** A result on its way out: opened chunk by chunk as it is sent. */
export interface Result {
  readonly contentType: string;
  readonly receiptNonce: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Told once, when sending ended: whether every byte left. */
  readonly sent: (whole: boolean) => void;
}

/** Steps 10 and 11: opens and sends the answer, and erases the edit when the redelivery window ends. */
@Injectable()
export class DeliveryService {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** Downloads in progress, by edit. */
  private readonly sending = new Map<string, number>();
  /** Rows being written, one after the other for each edit, so that a receipt knows of the delivery before it. */
  private readonly writing = new Map<string, Promise<void>>();

  constructor(
    private readonly parcels: ParcelStore,
    private readonly ledger: EditLedger,
    private readonly held: HeldEdits,
    private readonly metrics: EditMetrics,
    private readonly settings: EditSettings,
  ) {}

  /** A settled edit: its inputs are dropped, its answer is readable until the window ends. */
  ready(edit: RunningEdit): void {
    const windowMs = this.settings.redeliverySeconds * 1_000;
    const until = new Date(Date.now() + windowMs);
    this.parcels.dropParts(edit.id, until.getTime());
    this.timers.set(edit.id, setTimeout(() => this.expire(edit), windowMs).unref());
    edit.settled(new Date(), until);
    this.metrics.ended(edit, undefined);
  }

  /** The result as the owner gets it. Throws why there is none. */
  result(edit: RunningEdit): Result {
    if (edit.state === 'accepted') throw new CodedError('edit.not_ready', { editId: edit.id, retryAfterSeconds: 1 });
    if (edit.state === 'failed') throw new CodedError(edit.code ?? 'internal.unexpected', { editId: edit.id });
    const answer = this.parcels.answerOf(edit.id);
    if (!answer || edit.state === 'erased' || !edit.isReadable) throw new CodedError('edit.result_gone', { editId: edit.id });
    const startedMs = performance.now();
    return {
      contentType: mediaTypes[edit.accepted.format],
      receiptNonce: edit.receiptNonce!,
      bytes: this.open(edit, answer),
      sent: (whole) => {
        if (!whole) return;
        this.metrics.stage('send', edit.accepted.engine, performance.now() - startedMs);
        this.delivered(edit);
      },
    };
  }

  /** Erases at once, before the window ends: the owner asked for it, or room is needed. */
  erase(edit: RunningEdit): void {
    if (edit.state === 'erased') return;
    this.drop(edit);
    edit.erased();
    // Known here until its row says the same, so that whoever asks in between is told the truth.
    this.write(edit.id, () => this.ledger.erase(edit.id).finally(() => this.held.remove(edit.id)));
  }

  /** Drops what is held of an edit, in memory only. */
  forget(edit: RunningEdit): void {
    this.drop(edit);
    this.held.remove(edit.id);
  }

  /** Drops every answer from memory and waits for the rows that are being written. What was not delivered is left to the sweep, which gives it back. */
  async letGo(): Promise<void> {
    for (const edit of this.held.all()) {
      if (edit.state === 'delivered') this.erase(edit);
      else if (edit.state !== 'erased') {
        this.forget(edit);
        edit.erased();
      }
    }
    await Promise.allSettled(this.writing.values());
  }

  /** The window ended. A download in progress may go on, for as long as an edit may take at most; a new one may not begin. */
  private expire(edit: RunningEdit): void {
    if (!this.sending.has(edit.id)) return this.erase(edit);
    this.timers.set(edit.id, setTimeout(() => this.erase(edit), this.settings.deadlineSeconds * 1_000).unref());
  }

  private drop(edit: RunningEdit): void {
    clearTimeout(this.timers.get(edit.id));
    this.timers.delete(edit.id);
    this.parcels.drop(edit.id);
  }

  private async *open(edit: RunningEdit, answer: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    const id = { editId: edit.id, part: 'answer', direction: 'answer' } as const;
    this.sending.set(edit.id, (this.sending.get(edit.id) ?? 0) + 1);
    try {
      yield* openChunks(edit.accepted.answerSecret, id, iterate(answer));
    } finally {
      const others = this.sending.get(edit.id)! - 1;
      if (others > 0) this.sending.set(edit.id, others);
      else this.sending.delete(edit.id);
      if (others === 0 && !edit.isReadable) this.erase(edit);
    }
  }

  private delivered(edit: RunningEdit): void {
    if (edit.state !== 'settled') return;
    edit.delivered();
    this.write(edit.id, () => this.ledger.deliver(edit.id));
    if (!edit.accepted.askableAgain) this.parcels.spare(edit.id, () => this.sending.has(edit.id) || this.erase(edit));
  }

  /** Rows that follow the answer; a failure here leaves the sweeper's work, not the caller's. */
  private write(editId: string, row: () => Promise<void>): void {
    const written = (this.writing.get(editId) ?? Promise.resolve())
      .then(row)
      .catch(() => this.metrics.lateWriteFailed())
      .finally(() => this.writing.get(editId) === written && this.writing.delete(editId));
    this.writing.set(editId, written);
  }
}

async function* iterate(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
