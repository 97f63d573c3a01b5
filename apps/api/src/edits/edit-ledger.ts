import { Injectable } from '@nestjs/common';
import type { ErrorCode, Timings } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { AuditService } from '../audit/index.js';
import { Transactions, type Tx } from '../database/index.js';
import { QuotaService } from '../quotas/index.js';
import { type ErasedEdit, ReceiptService } from '../receipts/index.js';
import { EditRepository, type SettledEdit } from './edit.repository.js';
import type { EditRequest } from './edit-request.js';
import { IdempotencyRepository, type Fingerprint } from './idempotency.repository.js';
import type { Routed } from './router.js';
import type { RunningEdit } from './running-edit.js';

/**
 * The transactions of an edit. Each changes the row, writes the audit event and moves the unit together, or does nothing:
 * accept reserves, settle commits, close releases.
 */
@Injectable()
export class EditLedger {
  constructor(
    private readonly transactions: Transactions,
    private readonly edits: EditRepository,
    private readonly keys: IdempotencyRepository,
    private readonly audit: AuditService,
    private readonly quotas: QuotaService,
    private readonly receipts: ReceiptService,
  ) {}

  /** Returns the id of the earlier edit when the key was used with the same body. */
  async accept(opening: { editId: string; request: EditRequest; routed: Routed; fingerprint: Fingerprint | undefined; deadline: Date }): Promise<string | undefined> {
    const { editId, request, routed, fingerprint, deadline } = opening;
    const { personId, via } = request.principal;
    const bound = await this.transactions.run(async (tx) => {
      const accepted = await this.edits.accept(tx, {
        id: editId,
        personId,
        apiKeyId: via.kind === 'api_key' ? via.apiKeyId : null,
        pool: routed.pool.name,
        engine: routed.engine,
        private: request.options.private,
        sourceBytes: request.image.byteLength,
        deadline,
      });
      if (!accepted) throw new CodedError('principal.missing');
      if (fingerprint && !(await this.keys.bind(tx, personId, fingerprint, editId))) throw new KeyUsed();
      await this.audit.append(tx, 'edit.accepted', { editId, engine: routed.engine, pool: routed.pool.name, private: request.options.private }, { kind: 'person', personId });
      await this.quotas.reserve(tx, { editId, personId });
      return true;
    }).catch((error: unknown) => {
      if (error instanceof KeyUsed) return false;
      throw error;
    });
    if (bound) return undefined;
    const earlier = await this.earlier(personId, fingerprint!);
    if (earlier === undefined) throw new CodedError('edit.result_gone');
    return earlier;
  }

  /** Step 10: settled and charged. False: the edit was closed before, or is not this holder's. */
  async settle(edit: RunningEdit, done: SettledEdit): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      if (!(await this.edits.settle(tx, edit.id, done))) return false;
      await this.audit.append(tx, 'edit.completed', { editId: edit.id, engine: edit.accepted.engine, isolation: done.isolation }, { kind: 'system' });
      await this.quotas.commit(tx, edit.id);
      return true;
    });
  }

  /** Step 12: failed and released. False: it was settled or closed before. `unbind` lets its Idempotency-Key be used again. */
  async close(editId: string, code: ErrorCode, how: { timings?: Timings; unbind?: boolean } = {}): Promise<boolean> {
    return this.transactions.run(async (tx) => this.closeIn(tx, editId, code, how));
  }

  async closeIn(tx: Tx, editId: string, code: ErrorCode, how: { timings?: Timings; unbind?: boolean } = {}): Promise<boolean> {
    if (!(await this.edits.fail(tx, editId, code, how.timings))) return false;
    if (how.unbind) await this.keys.unbind(tx, editId);
    await this.audit.append(tx, 'edit.failed', { editId, code }, { kind: 'system' });
    await this.quotas.release(tx, editId);
    return true;
  }

  async deliver(editId: string): Promise<void> {
    await this.edits.deliver(this.transactions.manager, editId);
  }

  /** Step 11: this holder has overwritten the parcels. The owner's receipt is issued with it. */
  async erase(editId: string): Promise<void> {
    await this.transactions.run(async (tx) => this.eraseIn(tx, editId, 'overwritten'));
  }

  async eraseIn(tx: Tx, editId: string, parcels: ErasedEdit['parcels']): Promise<void> {
    const erased = await this.edits.erase(tx, editId);
    if (erased) await this.receipts.issue(tx, { ...erased, parcels });
  }

  /** The edit for which the key was used with this body, if it was. Throws `idempotency.mismatch` when it was used with another. */
  async earlier(personId: string, fingerprint: Fingerprint): Promise<string | undefined> {
    const found = await this.keys.find(personId, fingerprint);
    if (found?.sameBody === false) throw new CodedError('idempotency.mismatch');
    return found?.editId;
  }
}

/** Rolls the acceptance back; never leaves this file. */
class KeyUsed extends Error {}
