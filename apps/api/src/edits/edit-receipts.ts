import { Injectable } from '@nestjs/common';
import type { Principal, ReceiptDocument } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { ReceiptService } from '../receipts/index.js';
import { EditDirectory } from './edit-directory.js';

/** The deletion receipt of an edit, for its owner. */
@Injectable()
export class EditReceipts {
  constructor(
    private readonly directory: EditDirectory,
    private readonly receipts: ReceiptService,
  ) {}

  async receipt(principal: Principal, editId: string): Promise<ReceiptDocument> {
    const found = await this.directory.find(principal, editId);
    if (found.kind !== 'over' || found.row.erasedAt === null) throw this.receipts.notReady(editId);
    if (found.row.state === 'failed') throw new CodedError('receipt.none', { editId });
    return this.receipts.documentOf(editId, found.row.erasedAt);
  }
}
