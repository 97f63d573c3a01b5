import type { Entitlement, EntitlementDocument } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

@Injectable()
export class EntitlementRepository {
  /** False when it was imported before. */
  async insert(tx: Tx, id: string, document: EntitlementDocument): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO entitlements (id, key_id, payload, signature) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, document.keyId, document.payload, document.signature],
    );
    return rows.length > 0;
  }

  /** Whether it is valid now, by the database's clock, and names a time zone that the ledger can count months in. */
  async isUsable(tx: Tx, { notBefore, notAfter, timeZone }: Entitlement): Promise<{ dates: boolean; timeZone: boolean }> {
    const [found] = await tx.query<{ dates: boolean; timeZone: boolean }[]>(
      `SELECT now() >= $1::timestamptz AND now() < $2::timestamptz AS dates,
         EXISTS (SELECT FROM pg_timezone_names WHERE name = $3) AS "timeZone"`,
      [notBefore, notAfter, timeZone],
    );
    return found ?? { dates: false, timeZone: false };
  }

  /** As they were signed, newest first. */
  async documents(tx: Tx): Promise<EntitlementDocument[]> {
    return tx.query(`SELECT key_id AS "keyId", payload, signature FROM entitlements ORDER BY imported_at DESC, id DESC`);
  }
}
