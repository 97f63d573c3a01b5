import { Injectable } from '@nestjs/common';
import type { Engine, ErrorCode, Isolation, Model, Timings } from '@flux-context/contracts';
import { Transactions, type Tx } from '../database/index.js';
import type { ErasedEdit } from '../receipts/index.js';
import { EditRow } from './edit.entity.js';
import { EditSettings } from './edit-settings.js';

/** How long an edit may stay open after its deadline and its redelivery window: time for the last rows to be written. */
const lateSeconds = 10;

/** What is known of an edit when it is accepted. */
export interface NewEdit {
  readonly id: string;
  readonly personId: string;
  readonly apiKeyId: string | null;
  readonly pool: string;
  readonly engine: Engine;
  readonly private: boolean;
  readonly sourceBytes: number;
  readonly deadline: Date;
}

/** What is known of an edit when it is settled; the HMACs are under its nonce. */
export interface SettledEdit {
  readonly isolation: Isolation;
  readonly timings: Timings;
  readonly model: Model | undefined;
  readonly build: string | undefined;
  readonly sandboxEnded: boolean;
  readonly inputHmac: Buffer;
  readonly outputHmac: Buffer;
}

/**
 * Rows of edits. Every change of state names the state it starts from, so that two who settle the same edit cannot both
 * succeed: the second finds no row.
 */
@Injectable()
export class EditRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: EditSettings,
  ) {}

  /**
   * False when the person has left, perhaps while the picture was still coming. Holds off who deactivates him until the edit is
   * there to be found and ended.
   */
  async accept(tx: Tx, edit: NewEdit): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO edits (id, person_id, api_key_id, holder_id, pool, engine, private, state, source_bytes, deadline)
       SELECT $1, p.id, $3, $4, $5, $6, $7, 'accepted', $8, $9 FROM people p WHERE p.id = $2 AND p.active FOR SHARE RETURNING id`,
      [edit.id, edit.personId, edit.apiKeyId, this.settings.holderId, edit.pool, edit.engine, edit.private, edit.sourceBytes, edit.deadline],
    );
    return rows.length > 0;
  }

  /** accepted -> settled, by its holder only, which is this process. False: it was settled or closed before. */
  async settle(tx: Tx, id: string, done: SettledEdit): Promise<boolean> {
    return changed(
      await tx.query(
        `UPDATE edits SET state = 'settled', settled_at = now(), isolation = $3, timings = $4,
           model_id = $5, model_licence = $6, build = $7, sandbox_ended = $8, input_hmac = $9, output_hmac = $10
         WHERE id = $1 AND holder_id = $2 AND state = 'accepted' RETURNING id`,
        [id, this.settings.holderId, done.isolation, JSON.stringify(done.timings), done.model?.id, done.model?.licence, done.build, done.sandboxEnded, done.inputHmac, done.outputHmac],
      ),
    );
  }

  /** accepted -> failed, with its code. False: it was settled or closed before. */
  async fail(tx: Tx, id: string, code: ErrorCode, timings: Timings = {}): Promise<boolean> {
    return changed(
      await tx.query(
        `UPDATE edits SET state = 'failed', code = $2, timings = $3, erased_at = now() WHERE id = $1 AND state = 'accepted' RETURNING id`,
        [id, code, JSON.stringify(timings)],
      ),
    );
  }

  /** settled -> delivered, after the last byte. False: delivered before. */
  async deliver(tx: Tx, id: string): Promise<boolean> {
    return changed(await tx.query(`UPDATE edits SET state = 'delivered', delivered_at = now() WHERE id = $1 AND state = 'settled' RETURNING id`, [id]));
  }

  /** settled or delivered -> erased, by the clock of this moment. Undefined: it was erased before. */
  async erase(tx: Tx, id: string): Promise<Omit<ErasedEdit, 'parcels'> | undefined> {
    const [[row]]: [Omit<ErasedEdit, 'parcels'>[], number] = await tx.query(
      `UPDATE edits SET state = 'erased', erased_at = clock_timestamp() WHERE id = $1 AND state IN ('settled', 'delivered')
       RETURNING id, person_id AS "personId", pool, engine, isolation, build, sandbox_ended AS "sandboxEnded", input_hmac AS "inputHmac", output_hmac AS "outputHmac",
         CASE WHEN model_id IS NOT NULL THEN json_build_object('id', model_id, 'licence', model_licence) END AS model,
         created_at AS "acceptedAt", settled_at AS "settledAt", delivered_at AS "deliveredAt", erased_at AS "erasedAt"`,
      [id],
    );
    return row;
  }

  async find(id: string): Promise<EditRow | null> {
    return this.transactions.manager.findOneBy(EditRow, { id });
  }

  /**
   * Open edits that nobody ends any more, locked for this transaction; another sweeper skips them. Their holder's lease ended,
   * or he lost sight of them: the database failed just then, and they are open longer than any edit can be.
   */
  async takeOrphans(tx: Tx, limit: number): Promise<Pick<EditRow, 'id' | 'state' | 'personId'>[]> {
    return tx.query(
      `SELECT e.id, e.state, e.person_id AS "personId" FROM edits e LEFT JOIN holders h ON h.id = e.holder_id
       WHERE e.erased_at IS NULL AND (h.id IS NULL OR h.lease_until < now() OR e.deadline < now() - make_interval(secs => $2))
       ORDER BY e.id LIMIT $1 FOR UPDATE OF e SKIP LOCKED`,
      [limit, this.settings.redeliverySeconds + lateSeconds],
    );
  }

  /** A person's edits that are not erased, and where their living holder is reached. */
  async openOf(personId: string): Promise<{ id: string; holderUrl: string | null }[]> {
    return this.transactions.manager.query(
      `SELECT e.id, h.internal_url AS "holderUrl" FROM edits e LEFT JOIN holders h ON h.id = e.holder_id AND h.lease_until > now()
       WHERE e.person_id = $1 AND e.erased_at IS NULL`,
      [personId],
    );
  }
}

/** TypeORM answers an UPDATE … RETURNING with the rows and their number. */
function changed(result: [rows: unknown[], count: number]): boolean {
  return result[1] > 0;
}
