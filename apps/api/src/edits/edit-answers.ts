import { Injectable } from '@nestjs/common';
import type { EditStatus, Principal } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { CancellationService } from './cancellation.service.js';
import { DeliveryService } from './delivery.service.js';
import { EditDirectory, type Found } from './edit-directory.js';
import type { EditRow } from './edit.entity.js';
import type { Picture } from './picture.js';
import { PeerClient } from './peer-client.js';
import type { RunningEdit } from './running-edit.js';
import { TicketQueues } from './ticket-queues.js';

/** What the caller gets: of an edit held here, or through the process that holds it. */
@Injectable()
export class EditAnswers {
  constructor(
    private readonly directory: EditDirectory,
    private readonly delivery: DeliveryService,
    private readonly cancellation: CancellationService,
    private readonly queues: TicketQueues,
    private readonly peers: PeerClient,
  ) {}

  async status(principal: Principal, editId: string): Promise<EditStatus> {
    const found = await this.directory.find(principal, editId);
    switch (found.kind) {
      case 'here':
        found.edit.stand(await this.queues.positionOf(found.edit));
        return found.edit.status();
      case 'elsewhere':
        return this.peers.status(found.holderUrl, editId);
      case 'over':
        return statusOf(found.row);
    }
  }

  async statuses(principal: Principal, editId: string, hangUp: AbortSignal): Promise<AsyncIterable<EditStatus>> {
    return this.follow(await this.directory.find(principal, editId), hangUp);
  }

  /** The picture. With `ended` it waits for the end first, and the last who hangs up while waiting cancels the edit. */
  async result(principal: Principal, editId: string, when: 'result' | 'ended', hangUp: AbortSignal): Promise<Picture> {
    const found = await this.directory.find(principal, editId);
    switch (found.kind) {
      case 'here':
        if (when === 'ended') await this.wait(found.edit, hangUp);
        return { editId, ...this.delivery.result(found.edit) };
      case 'elsewhere':
        return this.peers.result(found.holderUrl, editId, when, hangUp);
      case 'over':
        throw new CodedError(found.row.code ?? 'edit.result_gone', { editId });
    }
  }

  async cancel(principal: Principal, editId: string): Promise<EditStatus> {
    const found = await this.directory.find(principal, editId);
    switch (found.kind) {
      case 'here':
        return this.cancellation.cancel(found.edit);
      case 'elsewhere':
        return this.peers.cancel(found.holderUrl, editId);
      case 'over':
        throw new CodedError('edit.finished', { editId });
    }
  }

  private async wait(edit: RunningEdit, hangUp: AbortSignal): Promise<void> {
    const { last } = await edit.awaited(hangUp);
    if (hangUp.aborted && last && edit.state === 'accepted') await this.cancellation.abandon(edit);
  }

  private async *follow(found: Found, hangUp: AbortSignal): AsyncGenerator<EditStatus> {
    if (found.kind === 'here') yield* this.queues.follow(found.edit, hangUp);
    else if (found.kind === 'elsewhere') yield* this.peers.events(found.holderUrl, found.editId, hangUp);
    else yield statusOf(found.row);
  }
}

function statusOf(row: EditRow): EditStatus {
  return {
    id: row.id,
    state: row.state,
    engine: row.engine,
    pool: row.pool,
    ...(row.code && { code: row.code }),
    createdAt: row.createdAt.toISOString(),
    deadline: row.deadline.toISOString(),
    ...(row.settledAt && { settledAt: row.settledAt.toISOString() }),
  };
}
