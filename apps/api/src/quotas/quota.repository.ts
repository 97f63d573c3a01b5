import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

/** How the account that a person spends from stands. */
export interface Standing {
  /** Null: a person without a seat who has not spent or looked yet. */
  readonly accountId: string | null;
  readonly available: number;
  /** Something of the account is due: a month to grant, or a grant to expire. */
  readonly due: boolean;
}

export interface LockedAccount {
  readonly id: string;
  readonly due: boolean;
}

/** What became of an attempt to charge an edit. */
export type Charge = 'charged' | 'settled before' | 'nothing to draw from';

/** Seated people spend from the organisation, everybody else from his own account. */
const ownerOf = `CASE WHEN p.seated THEN 'organisation' ELSE p.id END`;

/**
 * The movements of units. Under READ COMMITTED a statement does not see what others committed while it waited for a row
 * lock, except in that very row. So a decision rests either on the locked row alone, as in `quota_reserve`, or is taken by a
 * statement that begins when the account is locked already, as in `charge`.
 */
@Injectable()
export class QuotaRepository {
  /** Takes one unit of the person's account if any is left and nothing is due; says whether it did. */
  async reserve(tx: Tx, editId: string, personId: string): Promise<boolean> {
    const { taken } = this.#one(await tx.query<{ taken: boolean }[]>(`SELECT quota_reserve($1, $2) AS taken`, [editId, personId]));
    return taken;
  }

  /** Undefined when there is no such person. */
  async standingOf(tx: Tx, personId: string): Promise<Standing | undefined> {
    const rows = await tx.query<Standing[]>(
      `SELECT a.id AS "accountId", coalesce(a.granted - a.posted - a.pending, 0)::float8 AS available,
         coalesce(a.due_at <= quota_now(), false) AS due
       FROM people p LEFT JOIN accounts a ON a.owner = ${ownerOf} WHERE p.id = $1`,
      [personId],
    );
    return rows[0];
  }

  /** Makes the account of a person if there is none, and locks it. */
  async open(tx: Tx, personId: string): Promise<string> {
    await tx.query(`INSERT INTO accounts (owner) VALUES ($1) ON CONFLICT (owner) DO NOTHING`, [personId]);
    return this.#one(await tx.query<{ id: string }[]>(`SELECT id FROM accounts WHERE owner = $1 FOR NO KEY UPDATE`, [personId])).id;
  }

  async lock(tx: Tx, accountId: string): Promise<void> {
    await tx.query(`SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE`, [accountId]);
  }

  async lockOrganisation(tx: Tx): Promise<string> {
    return this.open(tx, 'organisation');
  }

  /** Locks the account that an edit was reserved on. Throws when the edit never reserved anything: nobody settles such an edit. */
  async lockAccountOf(tx: Tx, editId: string): Promise<LockedAccount> {
    return this.#one(
      await tx.query<LockedAccount[]>(
        `SELECT a.id, a.due_at <= quota_now() AS due FROM quota_entries e JOIN accounts a ON a.id = e.account_id
         WHERE e.edit_id = $1 AND e.kind = 'reserve' FOR NO KEY UPDATE OF a`,
        [editId],
      ),
    );
  }

  /** Turns the reservation into use of the grant that burns first. The account must be locked. */
  async charge(tx: Tx, accountId: string, editId: string): Promise<Charge> {
    const { reserved, charged } = this.#one(
      await tx.query<{ reserved: boolean; charged: boolean }[]>(
        `WITH reserved AS (
           SELECT WHERE NOT EXISTS (SELECT FROM quota_entries WHERE edit_id = $2 AND kind IN ('commit', 'release'))
         ), drawn AS (
           UPDATE grants SET spent = spent + 1
           WHERE EXISTS (SELECT FROM reserved) AND id = (
             SELECT id FROM grants WHERE account_id = $1 AND open AND voided_at IS NULL AND expires_at > quota_now()
             ORDER BY priority, expires_at, created_at, id LIMIT 1)
           RETURNING id
         ), booked AS (
           INSERT INTO quota_entries (account_id, kind, amount, grant_id, edit_id) SELECT $1, 'commit', 1, id, $2 FROM drawn
         ), moved AS (
           UPDATE accounts SET pending = pending - 1, posted = posted + 1 FROM drawn WHERE accounts.id = $1
         )
         SELECT EXISTS (SELECT FROM reserved) AS reserved, EXISTS (SELECT FROM drawn) AS charged`,
        [accountId, editId],
      ),
    );
    if (!reserved) return 'settled before';
    return charged ? 'charged' : 'nothing to draw from';
  }

  /** Gives the reservation back; false when the edit was settled before. The account must be locked. */
  async release(tx: Tx, accountId: string, editId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `WITH booked AS (
         INSERT INTO quota_entries (account_id, kind, amount, edit_id) VALUES ($1, 'release', 1, $2)
         ON CONFLICT (edit_id) WHERE kind IN ('commit', 'release') DO NOTHING RETURNING account_id
       ), moved AS (
         UPDATE accounts SET pending = pending - 1 FROM booked WHERE accounts.id = booked.account_id
       )
       SELECT FROM booked`,
      [accountId, editId],
    );
    return rows.length > 0;
  }

  async wasCharged(tx: Tx, editId: string): Promise<boolean> {
    return (await tx.query<unknown[]>(`SELECT FROM quota_entries WHERE edit_id = $1 AND kind = 'commit'`, [editId])).length > 0;
  }

  #one<T>(rows: readonly T[]): T {
    const [row] = rows;
    if (row === undefined) throw new Error('the ledger has no row where there must be one');
    return row;
  }
}
