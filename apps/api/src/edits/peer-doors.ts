import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { CodedError } from '@flux-context/runtime';
import { InternalListener, type InternalCall } from '../parcels/index.js';
import { CancellationService } from './cancellation.service.js';
import { DeliveryService } from './delivery.service.js';
import { HeldEdits } from './held-edits.js';
import { nonceHeader, peerPaths } from './peer-paths.js';
import type { RunningEdit } from './running-edit.js';
import { TicketQueues } from './ticket-queues.js';

/** What other API processes may ask of this holder. */
@Injectable()
export class PeerDoors {
  constructor(
    listener: InternalListener,
    private readonly held: HeldEdits,
    private readonly delivery: DeliveryService,
    private readonly cancellation: CancellationService,
    private readonly queues: TicketQueues,
  ) {
    listener.door('GET', peerPaths.edit('*'), 'peer', (call) => this.status(call));
    listener.door('DELETE', peerPaths.edit('*'), 'peer', (call) => this.cancel(call));
    listener.door('GET', peerPaths.events('*'), 'peer', (call) => this.events(call));
    listener.door('GET', peerPaths.result('*'), 'peer', (call) => this.result(call));
    listener.door('GET', peerPaths.ended('*'), 'peer', (call) => this.ended(call));
  }

  private async status(call: InternalCall): Promise<void> {
    const edit = await this.editOf(call);
    edit.stand(await this.queues.positionOf(edit));
    json(call, edit.status());
  }

  private async cancel(call: InternalCall): Promise<void> {
    json(call, await this.cancellation.cancel(await this.editOf(call)));
  }

  /** One status per line, until the edit ends or the asker leaves. */
  private async events(call: InternalCall): Promise<void> {
    const edit = await this.editOf(call);
    call.response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const left = leaving(call);
    for await (const status of this.queues.follow(edit, left)) call.response.write(`${JSON.stringify(status)}\n`);
    call.response.end();
  }

  private async ended(call: InternalCall): Promise<void> {
    const edit = await this.editOf(call);
    const left = leaving(call);
    await edit.awaited(left);
    if (!left.aborted) await this.send(call, edit);
  }

  private async result(call: InternalCall): Promise<void> {
    await this.send(call, await this.editOf(call));
  }

  private async send(call: InternalCall, edit: RunningEdit): Promise<void> {
    const result = this.delivery.result(edit);
    call.response.writeHead(200, { 'content-type': result.contentType, [nonceHeader]: result.receiptNonce });
    try {
      await pipeline(Readable.from(result.bytes, { objectMode: false }), call.response);
      result.sent(true);
    } catch {
      result.sent(false);
    }
  }

  private async editOf(call: InternalCall): Promise<RunningEdit> {
    const edit = await this.held.find(call.editId);
    if (!edit) throw new CodedError('edit.result_gone');
    return edit;
  }
}

function leaving(call: InternalCall): AbortSignal {
  const left = new AbortController();
  call.response.once('close', () => left.abort());
  return left.signal;
}

function json(call: InternalCall, body: unknown): void {
  call.response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
