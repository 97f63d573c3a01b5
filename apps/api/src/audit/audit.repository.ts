import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { AuditOutboxRow } from './audit-outbox.entity.js';

/** What stands beside an event. */
export interface PersonalRow {
  readonly eventId: string;
  readonly subject: string;
  readonly sealed: Buffer;
}

@Injectable()
export class AuditRepository {
  async insert(tx: Tx, row: Omit<AuditOutboxRow, 'id'>): Promise<void> {
    await tx.insert(AuditOutboxRow, row);
  }

  async keepPersonal(tx: Tx, { eventId, subject, sealed }: PersonalRow): Promise<void> {
    await tx.query('insert into audit_personal_fields (event_id, subject, sealed) values ($1, $2, $3)', [eventId, subject, sealed]);
  }

  async personalAt(reader: Tx, index: number): Promise<PersonalRow | undefined> {
    const [row] = await reader.query<PersonalRow[]>(
      `select event_id as "eventId", subject, sealed from audit_entries join audit_outbox on id = outbox_id join audit_personal_fields using (event_id) where index = $1`,
      [index],
    );
    return row;
  }
}
