import { createHash, createHmac } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { ErrorCode, Report } from '@flux-context/contracts';
import { openChunks } from '@flux-context/envelope';
import { CodedError } from '@flux-context/runtime';
import { ParcelStore } from '../parcels/index.js';
import { DeliveryService } from './delivery.service.js';
import { EditLedger } from './edit-ledger.js';
import { EditMetrics } from './edit.metrics.js';
import { HeldEdits } from './held-edits.js';
import type { RunningEdit } from './running-edit.js';
import { TicketQueues } from './ticket-queues.js';

/** Codes that a worker may report. Anything else it says counts as a failed sandbox. */
const workerCodes = new Set<ErrorCode>([
  'picture.unreadable', 'picture.unsupported', 'picture.animated', 'picture.too_many_pixels', 'plan.not_applicable', 'mask.mismatch',
  'edit.deadline', 'edit.out_of_memory', 'edit.sandbox_failed', 'edit.answer_invalid',
  'model.failed', 'model.prompt_too_long', 'picture.too_small', 'picture.too_elongated',
]);

/** Steps 9, 10 and 12: takes the sealed answer and the report, and settles exactly once, one way or the other. */
@Injectable()
export class SettlementService {
  private readonly settling = new Map<string, Promise<void>>();
  /** Answers that are on their way, by edit. */
  private readonly arriving = new Map<string, Readable>();

  constructor(
    private readonly ledger: EditLedger,
    private readonly parcels: ParcelStore,
    private readonly held: HeldEdits,
    private readonly queues: TicketQueues,
    private readonly delivery: DeliveryService,
    private readonly metrics: EditMetrics,
  ) {}

  /**
   * Keeps a sealed answer as it arrives, in one buffer of the announced size; more than was reserved is refused. A second
   * delivery's answer replaces the first's, even while that still arrives, and none outlives its edit: whatever workers send,
   * an edit takes no more memory than its claim.
   */
  async keepAnswer(edit: RunningEdit, sealed: Readable, announcedBytes: number): Promise<void> {
    if (!Number.isSafeInteger(announcedBytes) || announcedBytes < 1) throw new CodedError('request.malformed', { editId: edit.id });
    if (announcedBytes > edit.accepted.header.answerBytesMax) throw new CodedError('request.too_large', { editId: edit.id });
    this.arriving.get(edit.id)?.destroy();
    this.arriving.set(edit.id, sealed);
    const arrived = new AbortController();
    void edit.ended(arrived.signal).then(() => arrived.signal.aborted || sealed.destroy());
    try {
      const answer = await whole(sealed, announcedBytes);
      if (edit.state === 'accepted' && !this.settling.has(edit.id)) this.parcels.keepAnswer(edit.id, [answer]);
    } finally {
      arrived.abort();
      if (this.arriving.get(edit.id) === sealed) this.arriving.delete(edit.id);
    }
  }

  /** Settles by what the worker reports. A second report finds the edit settled and changes nothing. */
  async report(edit: RunningEdit, report: Report): Promise<void> {
    if (edit.state !== 'accepted') return;
    const running = this.settling.get(edit.id) ?? this.settle(edit, report).finally(() => this.settling.delete(edit.id));
    this.settling.set(edit.id, running);
    await running;
  }

  /** Ends an edit without charging. Safe to call at any time and twice; a settled edit stays settled. */
  async close(editId: string, code: ErrorCode, how: { unbind?: boolean } = {}): Promise<boolean> {
    const edit = this.held.get(editId);
    const closed = await this.ledger.close(editId, code, { ...how, timings: edit?.timings ?? {} });
    if (!edit || edit.state !== 'accepted') return closed;
    // The row was ended before. By a settlement that is about to return: it says how. Else by one whose answer was lost on the way, or by a sweep.
    if (!closed && this.settling.has(editId)) return false;
    const told = closed ? code : 'edit.holder_lost';
    this.delivery.forget(edit);
    edit.failed(told);
    this.metrics.ended(edit, told);
    await this.queues.withdraw(edit).catch(() => undefined);
    void this.queues.standInLine().catch(() => undefined);
    return closed;
  }

  private async settle(edit: RunningEdit, report: Report): Promise<void> {
    Object.assign(edit.timings, report.timings);
    if (report.outcome === 'failed') {
      await this.close(edit.id, workerCodes.has(report.code) ? report.code : 'edit.sandbox_failed');
      return;
    }
    const outputHmac = isOfModel(report, edit) ? await this.read(edit, report) : undefined;
    if (outputHmac === undefined) {
      await this.close(edit.id, 'edit.answer_invalid');
      return;
    }
    const startedMs = performance.now();
    const { isolation, model, build, sandboxEnded } = report;
    const settled = await this.ledger.settle(edit, { isolation, model, build, sandboxEnded, timings: edit.timings, inputHmac: edit.accepted.inputHmac, outputHmac });
    if (!settled) {
      this.delivery.forget(edit);
      edit.failed('edit.holder_lost');
      return;
    }
    edit.timings.settle = performance.now() - startedMs;
    edit.drift = report.drift;
    this.delivery.ready(edit);
    void this.queues.standInLine().catch(() => undefined);
  }

  /** Reads the answer once, before anybody is charged: its HMAC for the receipt, or undefined when it is not what the worker says it sent or a chunk does not open. */
  private async read(edit: RunningEdit, report: Report & { outcome: 'completed' }): Promise<Buffer | undefined> {
    const answer = this.parcels.answerOf(edit.id);
    if (!answer) return undefined;
    const hash = createHash('sha256');
    for (const piece of answer) hash.update(piece);
    if (hash.digest('hex') !== report.answerSha256) return undefined;
    try {
      const id = { editId: edit.id, part: 'answer', direction: 'answer' } as const;
      const hmac = createHmac('sha256', edit.accepted.nonce);
      for await (const plain of openChunks(edit.accepted.answerSecret, id, pieces(answer))) {
        hmac.update(plain);
        plain.fill(0);
      }
      return hmac.digest();
    } catch {
      return undefined;
    }
  }
}

/** Whether the model that was routed to, and may be used, is the one that edited; none for the exact engine. A sandbox that is taken over could ask another. */
const isOfModel = ({ model }: Report & { outcome: 'completed' }, { accepted }: RunningEdit): boolean => model?.id === accepted.model?.id && model?.licence === accepted.model?.licence;

/** Exactly the announced number of bytes; throws when more come or fewer. */
async function whole(source: Readable, announcedBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(announcedBytes);
  let filled = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (filled + chunk.length > announcedBytes) throw new CodedError('request.malformed');
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled < announcedBytes) throw new CodedError('request.malformed');
  return bytes;
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
