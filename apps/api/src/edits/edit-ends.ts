import { Injectable } from '@nestjs/common';
import { SeatService } from '../seats/index.js';
import { CancellationService } from './cancellation.service.js';
import { DeliveryService } from './delivery.service.js';
import { HeldEdits } from './held-edits.js';
import { SettlementService } from './settlement.service.js';
import { TicketQueues } from './ticket-queues.js';

/** Edits of this holder that end for another reason than their worker's report. */
@Injectable()
export class EditEnds {
  constructor(
    private readonly held: HeldEdits,
    private readonly settlement: SettlementService,
    private readonly delivery: DeliveryService,
    cancellation: CancellationService,
    queues: TicketQueues,
    seats: SeatService,
  ) {
    queues.onLost((editId) => void settlement.close(editId, 'edit.worker_lost').catch(() => undefined));
    seats.onDeactivated((personId) => void cancellation.cancelAllOf(personId).catch(() => undefined));
  }

  async closeOverdue(): Promise<void> {
    const now = Date.now();
    for (const edit of this.held.running()) if (edit.accepted.deadline.getTime() <= now) await this.settlement.close(edit.id, 'edit.deadline');
  }

  /** Closes what runs and drops what is held; rows of settled edits are left to the sweep. */
  async letGo(): Promise<void> {
    for (const edit of this.held.running()) await this.settlement.close(edit.id, 'edit.holder_lost');
    await this.delivery.letGo();
  }
}
