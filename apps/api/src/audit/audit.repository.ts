import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { AuditOutboxRow } from './audit-outbox.entity.js';

@Injectable()
export class AuditRepository {
  async insert(tx: Tx, row: Omit<AuditOutboxRow, 'id'>): Promise<void> {
    await tx.insert(AuditOutboxRow, row);
  }
}
