import type { AuditEntry } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { formatEntryProof, packEntries, parseTilePath, proveInclusion, tileWidth } from '@flux-context/tree';
import { Injectable } from '@nestjs/common';
import { Transactions } from '../database/index.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { hashing } from './note-signer.js';

/** The log as outsiders read it. What is not there yet is `audit.not_found`. */
@Injectable()
export class AuditLogService {
  constructor(
    private readonly log: AuditLogRepository,
    private readonly signer: CheckpointSigner,
    private readonly transactions: Transactions,
  ) {}

  get verifierKey(): string {
    return this.signer.verifierKey;
  }

  async checkpoint(): Promise<{ size: number; note: string }> {
    return found(await this.log.newestCheckpoint(this.transactions.manager));
  }

  /** A tile of hashes, or a bundle of entries, which is put together from the entries themselves. */
  async tile(path: string): Promise<Uint8Array> {
    const { level, index, width } = found(parseTilePath(path));
    const { manager } = this.transactions;
    if (level !== 'entries') return found(await this.log.tile(manager, { level, index, width }));
    const entries = await this.log.entries(manager, index * tileWidth, width);
    return packEntries(found(entries.length === width ? entries : undefined));
  }

  /** The first entry that is still there. */
  async minimum(): Promise<number> {
    return this.log.minimum(this.transactions.manager);
  }

  /** An entry that the newest checkpoint covers, with its proof. */
  async entry(index: number): Promise<AuditEntry> {
    const { size, note } = await this.checkpoint();
    const { manager } = this.transactions;
    const [body] = index < size ? await this.log.entries(manager, index, 1) : [];
    const entry = found(body).toString('utf8');
    const path = await proveInclusion(hashing, index, size, async (tile) => found(await this.log.tile(manager, tile)));
    return { index, entry, proof: formatEntryProof({ index, path, checkpoint: note }) };
  }

  /** The entry of an event with its proof; undefined while no checkpoint covers it. */
  async entryOf(eventId: string): Promise<AuditEntry | undefined> {
    const { manager } = this.transactions;
    const index = await this.log.indexOf(manager, eventId);
    const newest = await this.log.newestCheckpoint(manager);
    return index === undefined || newest === undefined || index >= newest.size ? undefined : this.entry(index);
  }
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new CodedError('audit.not_found');
  return thing;
}
