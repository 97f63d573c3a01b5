import { Injectable } from '@nestjs/common';
import { Transactions, type Tx } from '../database/index.js';
import { ReceiptRow } from './receipt.entity.js';

@Injectable()
export class ReceiptRepository {
  constructor(private readonly transactions: Transactions) {}

  async insert(tx: Tx, row: ReceiptRow): Promise<void> {
    await tx.insert(ReceiptRow, row);
  }

  async find(editId: string): Promise<ReceiptRow | null> {
    return this.transactions.manager.findOneBy(ReceiptRow, { editId });
  }

  async forgetOlderThan(days: number): Promise<void> {
    await this.transactions.manager.query('DELETE FROM receipts WHERE issued_at < now() - make_interval(days => $1)', [days]);
  }
}
