import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

/** A commercial licence as an administrator recorded it. */
export interface RecordedLicence {
  readonly modelId: string;
  readonly licence: string;
  readonly reference: string;
  readonly acceptedBy: string;
  readonly acceptedAt: Date;
}

@Injectable()
export class ModelLicenceRepository {
  async all(reader: Tx): Promise<RecordedLicence[]> {
    return reader.query(`SELECT model_id AS "modelId", licence, reference, accepted_by AS "acceptedBy", accepted_at AS "acceptedAt" FROM model_licences`);
  }

  /** Takes the place of an earlier record of the same licence. */
  async record(tx: Tx, recorded: Omit<RecordedLicence, 'acceptedAt'>): Promise<void> {
    await tx.query(
      `INSERT INTO model_licences (model_id, licence, reference, accepted_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (model_id, licence) DO UPDATE SET reference = excluded.reference, accepted_by = excluded.accepted_by, accepted_at = now()`,
      [recorded.modelId, recorded.licence, recorded.reference, recorded.acceptedBy],
    );
  }

  /** False when none was recorded. */
  async remove(tx: Tx, modelId: string): Promise<boolean> {
    const [removed] = await tx.query<[unknown[], number]>(`DELETE FROM model_licences WHERE model_id = $1 RETURNING model_id`, [modelId]);
    return removed.length > 0;
  }
}
