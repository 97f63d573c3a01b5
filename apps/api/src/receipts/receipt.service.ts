import { type AuditEventOf, type DeletionReceipt, deletionReceipt, type ReceiptDocument, type ReceiptKeys, receiptWords } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { receiptText } from '@flux-context/tree';
import { Injectable } from '@nestjs/common';
import { AuditLogService, AuditService } from '../audit/index.js';
import type { Tx } from '../database/index.js';
import type { ErasedEdit } from './erased-edit.js';
import { ReceiptRepository } from './receipt.repository.js';
import { ReceiptRetention } from './receipt-retention.js';
import { ReceiptSigner } from './receipt-signer.js';

/** The log signs every few seconds. */
const askAgainSeconds = 2;

@Injectable()
export class ReceiptService {
  constructor(
    private readonly receipts: ReceiptRepository,
    private readonly audit: AuditService,
    private readonly log: AuditLogService,
    private readonly signer: ReceiptSigner,
    private readonly retention: ReceiptRetention,
  ) {}

  /**
   * Step 11, in the transaction that erased the edit: the audit event and the receipt whose hash it carries. Where nobody saw the
   * sandbox end, or the parcels overwritten, the event says so and there is no receipt.
   */
  async issue(tx: Tx, edit: ErasedEdit): Promise<void> {
    const { id: editId, parcels, sandboxEnded } = edit;
    const append = (payload: AuditEventOf<'edit.erased'>) => this.audit.append(tx, 'edit.erased', payload, { kind: 'system' });
    if (!sandboxEnded || parcels !== 'overwritten') {
      await append({ editId, parcels, sandboxEnded });
      return;
    }
    const receipt = receiptOf(edit, this.signer.log);
    const { signature, hash: receiptSha256 } = this.signer.sign(receipt);
    const eventId = await append({ editId, parcels, sandboxEnded, receiptSha256 });
    await this.receipts.insert(tx, { editId, eventId, body: receiptText(receipt), signature, issuedAt: edit.erasedAt });
  }

  /** The receipt with its proof. Throws why there is none; the caller has checked whose edit it is, and that it was erased. */
  async documentOf(editId: string, erasedAt: Date): Promise<ReceiptDocument> {
    const row = await this.receipts.find(editId);
    if (row === null) throw new CodedError(this.retention.isOver(erasedAt) ? 'receipt.expired' : 'receipt.withheld', { editId });
    const proved = await this.log.entryOf(row.eventId);
    if (proved === undefined) throw this.notReady(editId);
    return { receipt: deletionReceipt.parse(JSON.parse(row.body)), signature: row.signature, entry: proved.entry, proof: proved.proof, keys: this.keys() };
  }

  notReady(editId: string): CodedError {
    return new CodedError('receipt.not_ready', { editId, retryAfterSeconds: askAgainSeconds });
  }

  keys(): ReceiptKeys {
    return { receipt: this.signer.verifierKey, log: this.log.verifierKey };
  }
}

function receiptOf(edit: ErasedEdit, log: string): DeletionReceipt {
  const { id: editId, personId, pool, engine, model, isolation, build } = edit;
  return {
    version: 1, editId, personId, pool, engine, model, isolation, build, log, ...receiptWords,
    sandboxEnded: true, parcels: 'overwritten', attestation: 'none',
    acceptedAt: edit.acceptedAt.toISOString(),
    settledAt: edit.settledAt.toISOString(),
    deliveredAt: edit.deliveredAt?.toISOString() ?? null,
    erasedAt: edit.erasedAt.toISOString(),
    inputHmac: edit.inputHmac.toString('hex'),
    outputHmac: edit.outputHmac.toString('hex'),
  };
}
