import { Injectable } from '@nestjs/common';
import type { EditStatus } from '@flux-context/contracts';
import { DeliveryService } from './delivery.service.js';
import { EditRepository } from './edit.repository.js';
import { HeldEdits } from './held-edits.js';
import { PeerClient } from './peer-client.js';
import type { RunningEdit } from './running-edit.js';
import { SettlementService } from './settlement.service.js';

/** Ends edits because somebody asked: the caller, his hanging up, or an administrator who deactivated him. */
@Injectable()
export class CancellationService {
  constructor(
    private readonly settlement: SettlementService,
    private readonly delivery: DeliveryService,
    private readonly held: HeldEdits,
    private readonly edits: EditRepository,
    private readonly peers: PeerClient,
  ) {}

  /** Cancels an edit that runs: nothing is charged. One that is settled is erased now instead of at the window's end. */
  async cancel(edit: RunningEdit): Promise<EditStatus> {
    if (edit.state === 'accepted') await this.settlement.close(edit.id, 'edit.cancelled');
    if (edit.state === 'settled' || edit.state === 'delivered') this.delivery.erase(edit);
    return edit.status();
  }

  /** The last caller who waited has hung up. His Idempotency-Key, if any, may start afresh. */
  async abandon(edit: RunningEdit): Promise<void> {
    await this.settlement.close(edit.id, 'edit.cancelled', { unbind: true });
  }

  /** Ends everything a leaver has, wherever it is held. What a holder that does not answer has is left to the sweep, and keeps nothing else from ending. */
  async cancelAllOf(personId: string): Promise<void> {
    const open = await this.edits.openOf(personId);
    await Promise.allSettled(
      open.map(async ({ id, holderUrl }) => {
        const edit = this.held.get(id);
        if (edit) await this.cancel(edit);
        else if (holderUrl !== null) await this.peers.cancel(holderUrl, id);
      }),
    );
  }
}
