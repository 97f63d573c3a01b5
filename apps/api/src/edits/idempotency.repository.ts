import { Injectable } from '@nestjs/common';
import { Transactions, type Tx } from '../database/index.js';

/** The digests under which a request is known: keyed hashes, so that a stored row cannot be used to guess an instruction. */
export interface Fingerprint {
  readonly key: Buffer;
  readonly body: Buffer;
}

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Binds a key to an edit. False: the key was used before; a parallel first use is waited for. */
  async bind(tx: Tx, personId: string, fingerprint: Fingerprint, editId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO idempotency_keys (person_id, key_digest, body_digest, edit_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING edit_id`,
      [personId, fingerprint.key, fingerprint.body, editId],
    );
    return rows.length > 0;
  }

  /** Frees the key of an edit that its caller gave up: nothing was charged, so a retry may start afresh. */
  async unbind(tx: Tx, editId: string): Promise<void> {
    await tx.query(`DELETE FROM idempotency_keys WHERE edit_id = $1`, [editId]);
  }

  /** The edit a key was used for, and whether the body was the same. */
  async find(personId: string, fingerprint: Fingerprint): Promise<{ editId: string; sameBody: boolean } | undefined> {
    const rows: { editId: string; sameBody: boolean }[] = await this.transactions.manager.query(
      `SELECT edit_id AS "editId", body_digest = $3 AS "sameBody" FROM idempotency_keys WHERE person_id = $1 AND key_digest = $2`,
      [personId, fingerprint.key, fingerprint.body],
    );
    return rows[0];
  }

  /** Keys are remembered for the verdict's 24 hours after the redelivery window. */
  async forgetOlderThan(seconds: number): Promise<void> {
    await this.transactions.manager.query(`DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(secs => $1)`, [seconds]);
  }
}
