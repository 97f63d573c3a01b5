import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Brief, ParcelHeader } from '@flux-context/contracts';
import { sealPart, sealTo } from '@flux-context/envelope';
import { ParcelStore } from '../parcels/index.js';
import { filesOf, forget, type EditRequest } from './edit-request.js';
import { EditSettings } from './edit-settings.js';
import { HeldEdits } from './held-edits.js';
import type { Routed } from './router.js';
import { RunningEdit } from './running-edit.js';
import { SettlementService } from './settlement.service.js';
import { TicketQueues } from './ticket-queues.js';

/** What was decided and reserved for an edit before it is sealed. */
export interface Opened {
  readonly routed: Routed;
  readonly deadline: Date;
  readonly answerBytesMax: number;
}

/** Step 5: seals an accepted edit, holds its parcels, and puts its ticket into the queue. */
@Injectable()
export class DispatchService {
  constructor(
    private readonly parcels: ParcelStore,
    private readonly held: HeldEdits,
    private readonly queues: TicketQueues,
    private readonly settlement: SettlementService,
    private readonly settings: EditSettings,
  ) {}

  /** From here on the edit ends by itself, settled or closed: also when it cannot be sealed or queued. */
  async dispatch(editId: string, request: EditRequest, opened: Opened): Promise<RunningEdit> {
    try {
      const edit = await this.hold(editId, request, opened);
      // When it cannot even be closed, because queue and database are one and gone, it is at its deadline.
      void this.queues.dispatch(edit).catch(() => this.settlement.close(edit.id, 'edit.queue_unavailable')).catch(() => undefined);
      return edit;
    } catch (error) {
      await this.settlement.close(editId, 'internal.unexpected');
      throw error;
    }
  }

  private async hold(editId: string, request: EditRequest, opened: Opened): Promise<RunningEdit> {
    const startedMs = performance.now();
    const limits = { pixelsMax: this.settings.picturePixelsMax };
    const nonce = randomBytes(32);
    const inputHmac = createHmac('sha256', nonce).update(request.image).digest();
    const sealed = await seal(editId, request, opened, limits);
    const edit = new RunningEdit({
      id: editId,
      personId: request.principal.personId,
      format: opened.routed.format,
      header: sealed.header,
      engine: opened.routed.engine,
      answerSecret: sealed.answerSecret,
      nonce,
      inputHmac,
      createdAt: new Date(),
      deadline: opened.deadline,
      askableAgain: request.async || request.idempotencyKey !== undefined,
    });
    edit.timings.receive = request.receivedMs;
    edit.timings.seal = performance.now() - startedMs;
    this.parcels.hold(editId, sealed.parts, request.claim, opened.deadline.getTime());
    this.held.add(edit);
    return edit;
  }
}

interface Sealed {
  readonly header: ParcelHeader;
  readonly parts: readonly Uint8Array[];
  readonly answerSecret: Uint8Array;
}

/**
 * Seals an accepted edit to its pool's current key: the brief, the picture, the mask, the references, each a part of its
 * own. The plain bytes are overwritten here; nothing after this line has seen them.
 */
async function seal(editId: string, request: EditRequest, { routed, answerBytesMax }: Opened, limits: Brief['limits']): Promise<Sealed> {
  const { name: pool, key } = routed.pool;
  const { enc, secrets } = await sealTo(key.publicKey, { editId, pool, epoch: key.epoch });
  const brief: Brief = {
    version: 1,
    plan: routed.plan,
    source: request.source,
    output: { format: routed.format, quality: request.options.output.quality },
    limits,
  };
  const plain = [{ name: 'brief', bytes: new Uint8Array(Buffer.from(JSON.stringify(brief), 'utf8')) }, ...filesOf(request)];
  const parts = plain.map(({ name, bytes }) => sealPart(secrets.request, { editId, part: name, direction: 'request' }, bytes));
  plain[0]!.bytes.fill(0);
  secrets.request.fill(0);
  forget(request);
  return {
    header: {
      editId,
      pool,
      epoch: key.epoch,
      enc: Buffer.from(enc).toString('base64'),
      parts: plain.map(({ name }, index) => ({ name, sealedBytes: parts[index]!.byteLength })),
      answerBytesMax,
    },
    parts,
    answerSecret: secrets.answer,
  };
}
