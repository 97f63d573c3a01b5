import { Injectable } from '@nestjs/common';
import { internalPaths, progress, report, workerAnnouncement } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { InternalListener, ParcelStore, readJson, type InternalCall } from '../parcels/index.js';
import { PoolService } from '../pools/index.js';
import { HeldEdits } from './held-edits.js';
import type { RunningEdit } from './running-edit.js';
import { SettlementService } from './settlement.service.js';

/**
 * What a worker may ask of a holder. Its credential names its pool, and it sees edits of that pool only: a foreign id is
 * answered as an unknown one is.
 */
@Injectable()
export class WorkerDoors {
  constructor(
    listener: InternalListener,
    private readonly pools: PoolService,
    private readonly held: HeldEdits,
    private readonly parcels: ParcelStore,
    private readonly settlement: SettlementService,
  ) {
    listener.door('POST', internalPaths.workers, 'worker', (call) => this.announce(call));
    listener.door('GET', internalPaths.parcels('*'), 'worker', (call) => this.sendParcels(call));
    listener.door('GET', internalPaths.watch('*'), 'worker', (call) => this.watch(call));
    listener.door('POST', internalPaths.progress('*'), 'worker', (call) => this.advance(call));
    listener.door('PUT', internalPaths.answer('*'), 'worker', (call) => this.takeAnswer(call));
    listener.door('POST', internalPaths.report('*'), 'worker', (call) => this.takeReport(call));
  }

  private async announce(call: InternalCall): Promise<void> {
    const announcement = workerAnnouncement.safeParse(await readJson(call.request));
    if (!announcement.success) throw new CodedError('request.invalid');
    if (call.caller.kind !== 'worker' || call.caller.pool !== announcement.data.pool) throw new CodedError('pool.forbidden');
    await this.pools.announce(announcement.data);
    call.response.writeHead(204).end();
  }

  /** Step 6: one JSON line that says what follows, then the sealed parts. */
  private async sendParcels(call: InternalCall): Promise<void> {
    const edit = this.editOf(call);
    const parts = this.parcels.partsOf(edit.id);
    if (!parts || edit.state !== 'accepted') throw new CodedError('edit.not_found');
    edit.take();
    const head = Buffer.from(`${JSON.stringify(edit.accepted.header)}\n`, 'utf8');
    const length = parts.reduce((sum, part) => sum + part.byteLength, head.byteLength);
    call.response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
    call.response.write(head);
    for (const part of parts) call.response.write(part);
    call.response.end();
  }

  /** Held open until the edit is over; a worker whose connection breaks knows that its holder is gone. */
  private async watch(call: InternalCall): Promise<void> {
    const edit = this.editOf(call);
    call.response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    call.response.flushHeaders();
    const left = new AbortController();
    call.response.once('close', () => left.abort());
    const over = await edit.over(left.signal);
    if (!left.signal.aborted) call.response.end(over);
  }

  private async advance(call: InternalCall): Promise<void> {
    const edit = this.editOf(call);
    const parsed = progress.safeParse(await readJson(call.request));
    if (!parsed.success) throw new CodedError('request.invalid');
    edit.advance(parsed.data);
    call.response.writeHead(204).end();
  }

  private async takeAnswer(call: InternalCall): Promise<void> {
    const edit = this.editOf(call);
    await this.settlement.keepAnswer(edit, call.request, Number(call.request.headers['content-length']));
    call.response.writeHead(204).end();
  }

  private async takeReport(call: InternalCall): Promise<void> {
    const edit = this.held.get(call.editId);
    const parsed = report.safeParse(await readJson(call.request));
    if (!parsed.success) throw new CodedError('request.invalid');
    if (edit && this.isOf(edit, call)) await this.settlement.report(edit, parsed.data);
    call.response.writeHead(204).end();
  }

  private editOf(call: InternalCall): RunningEdit {
    const edit = this.held.get(call.editId);
    if (!edit || !this.isOf(edit, call)) throw new CodedError('edit.not_found');
    return edit;
  }

  private isOf(edit: RunningEdit, call: InternalCall): boolean {
    return call.caller.kind === 'worker' && edit.pool === call.caller.pool;
  }
}
