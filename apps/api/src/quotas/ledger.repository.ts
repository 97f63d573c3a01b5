import type { Balance, QuotaEntry } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

export interface AccountSummary {
  readonly id: string;
  /** Null: the organisation. */
  readonly personId: string | null;
  readonly granted: number;
  readonly posted: number;
  readonly pending: number;
}

export interface EntryPage {
  readonly entries: QuotaEntry[];
  /** The `after` of the next page; null at the end. */
  readonly next: string | null;
}

export interface StaleReservation {
  readonly editId: string;
  readonly accountId: string;
  readonly reservedAt: Date;
}

/** One rule of the ledger that does not hold, and for which account, grant or edit. */
export interface Violation {
  readonly rule: string;
  readonly subject: string;
}

const figures = `granted::float8 AS granted, posted::float8 AS posted, pending::float8 AS pending`;

/** Reading the ledger: balances, entries, and whether they agree. Writes nothing. */
@Injectable()
export class LedgerRepository {
  /** Undefined when the person has no account to spend from. */
  async balanceOf(tx: Tx, personId: string): Promise<Balance | undefined> {
    const [account] = await tx.query<(AccountSummary & { readonly account: Balance['account'] })[]>(
      `SELECT a.id, ${figures}, CASE WHEN p.seated THEN 'organisation' ELSE 'person' END AS account
       FROM people p JOIN accounts a ON a.owner = CASE WHEN p.seated THEN 'organisation' ELSE p.id END WHERE p.id = $1`,
      [personId],
    );
    if (account === undefined) return undefined;
    const grants = await tx.query<(Omit<Balance['grants'][number], 'expiresAt'> & { readonly expiresAt: Date | null })[]>(
      `SELECT id, kind, amount::float8 AS amount, remaining::float8 AS remaining, nullif(expires_at, 'infinity') AS "expiresAt"
       FROM grants WHERE account_id = $1 AND open AND voided_at IS NULL AND expires_at > quota_now()
       ORDER BY priority, expires_at, created_at, id`,
      [account.id],
    );
    return {
      account: account.account,
      available: account.granted - account.posted - account.pending,
      pending: account.pending,
      used: account.posted,
      granted: account.granted,
      grants: grants.map((grant) => ({ ...grant, expiresAt: grant.expiresAt?.toISOString() ?? null })),
    };
  }

  /** The organisation first, then people by the age of their account. */
  async accounts(tx: Tx): Promise<AccountSummary[]> {
    return tx.query(
      `SELECT id, nullif(owner, 'organisation') AS "personId", ${figures} FROM accounts
       ORDER BY owner <> 'organisation', created_at, id`,
    );
  }

  /** Oldest first. An unknown account has no entries. */
  async entries(tx: Tx, accountId: string, page: { readonly after?: string | undefined; readonly limit: number }): Promise<EntryPage> {
    const rows = await tx.query<(Omit<QuotaEntry, 'createdAt'> & { readonly createdAt: Date })[]>(
      `SELECT id, kind, amount::float8 AS amount, grant_id AS "grantId", edit_id AS "editId", created_at AS "createdAt" FROM quota_entries
       WHERE account_id = $1 AND seq > coalesce((SELECT seq FROM quota_entries WHERE id = $2 AND account_id = $1), 0)
       ORDER BY seq LIMIT $3`,
      [accountId, page.after, page.limit + 1],
    );
    const entries = rows.slice(0, page.limit).map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
    return { entries, next: rows.length > page.limit ? (entries.at(-1)?.id ?? null) : null };
  }

  async reservationsOlderThan(tx: Tx, seconds: number): Promise<StaleReservation[]> {
    return tx.query(
      `SELECT r.edit_id AS "editId", r.account_id AS "accountId", r.created_at AS "reservedAt" FROM quota_entries r
       WHERE EXISTS (SELECT FROM accounts WHERE pending > 0) AND r.kind = 'reserve'
         AND r.created_at < quota_now() - make_interval(secs => $1)
         AND NOT EXISTS (SELECT FROM quota_entries s WHERE s.edit_id = r.edit_id AND s.kind IN ('commit', 'release'))
       ORDER BY r.seq`,
      [seconds],
    );
  }

  /** All accounts together. */
  async totals(tx: Tx): Promise<{ available: number; pending: number }> {
    const [row] = await tx.query<{ available: number; pending: number }[]>(
      `SELECT coalesce(sum(granted - posted - pending), 0)::float8 AS available, coalesce(sum(pending), 0)::float8 AS pending FROM accounts`,
    );
    return row ?? { available: 0, pending: 0 };
  }

  /**
   * Every place where the ledger contradicts itself; empty is the only right answer. One statement, so it sees one moment
   * and running edits cannot disturb it. Reads everything: for the night.
   */
  async violations(tx: Tx): Promise<Violation[]> {
    return tx.query(
      `WITH moved AS (
         SELECT account_id, grant_id, kind, amount,
           CASE kind WHEN 'grant' THEN amount WHEN 'expire' THEN -amount WHEN 'refund' THEN -amount ELSE 0 END AS granted,
           CASE kind WHEN 'commit' THEN amount ELSE 0 END AS posted,
           CASE kind WHEN 'reserve' THEN amount WHEN 'commit' THEN -amount WHEN 'release' THEN -amount ELSE 0 END AS pending
         FROM quota_entries
       ), by_account AS (
         SELECT account_id, sum(granted) AS granted, sum(posted) AS posted, sum(pending) AS pending FROM moved GROUP BY account_id
       ), by_grant AS (
         SELECT grant_id, sum(granted) AS granted, sum(posted) AS posted, count(*) FILTER (WHERE kind = 'grant') AS times
         FROM moved WHERE grant_id IS NOT NULL GROUP BY grant_id
       ), given AS (
         SELECT account_id, sum(amount - lapsed) AS granted, sum(spent) AS posted FROM grants GROUP BY account_id
       )
       SELECT 'the entries add up to the balance' AS rule, a.id AS subject FROM accounts a LEFT JOIN by_account b ON b.account_id = a.id
         WHERE (a.granted, a.posted, a.pending) IS DISTINCT FROM (coalesce(b.granted, 0), coalesce(b.posted, 0), coalesce(b.pending, 0))
       UNION ALL
       SELECT 'the grants add up to the balance', a.id FROM accounts a LEFT JOIN given g ON g.account_id = a.id
         WHERE (a.granted, a.posted) IS DISTINCT FROM (coalesce(g.granted, 0), coalesce(g.posted, 0))
       UNION ALL
       SELECT 'the entries explain the grant', g.id FROM grants g LEFT JOIN by_grant b ON b.grant_id = g.id
         WHERE (g.amount - g.lapsed, g.spent, 1) IS DISTINCT FROM (b.granted, b.posted, b.times)
       UNION ALL
       SELECT 'nothing is spent beyond what was granted', id FROM accounts WHERE posted + pending > granted
       UNION ALL
       SELECT 'what is settled was reserved on the same account', s.edit_id FROM quota_entries s
         WHERE s.kind IN ('commit', 'release') AND NOT EXISTS (
           SELECT FROM quota_entries r WHERE r.edit_id = s.edit_id AND r.kind = 'reserve' AND r.account_id = s.account_id AND r.seq < s.seq)
       UNION ALL
       SELECT 'what is charged is drawn from a grant of the same account', s.edit_id FROM quota_entries s JOIN grants g ON g.id = s.grant_id
         WHERE s.kind = 'commit' AND g.account_id <> s.account_id`,
    );
  }
}
