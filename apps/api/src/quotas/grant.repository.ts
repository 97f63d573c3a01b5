import type { GrantKind } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

/** Something to be given, once per account, kind and source. */
export interface GrantDraft {
  readonly kind: GrantKind;
  /** What it is for: the month, the purchase, the edit. */
  readonly source: string;
  readonly amount: number;
  /** 0 burns first, 100 last. */
  readonly priority: number;
  readonly effectiveAt?: Date;
  /** Absent: never. */
  readonly expiresAt?: Date;
  /** The edit that it makes good. */
  readonly editId?: string;
}

export interface Allowance {
  readonly edits: number;
  /** IANA name; decides when a month begins. */
  readonly timeZone: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** The month of an account's allowance that runs now. */
export interface AllowanceMonth {
  readonly edits: number;
  readonly label: string;
  readonly starts: Date;
  readonly ends: Date;
}

export interface Lapse {
  readonly grantId: string;
  readonly kind: 'expire' | 'refund';
  readonly amount: number;
}

export interface Purchase {
  readonly grantId: string;
  readonly refunded: boolean;
  readonly spent: number;
  /** Whether the 72 hours are over, by the database's clock. */
  readonly late: boolean;
}

/** Any number, the same in every process and used for nothing else. */
const upkeepLock = 7_311_025;

/** What is given to accounts and what lapses. Every method that writes needs the account locked by an earlier statement. */
@Injectable()
export class GrantRepository {
  /** Gives it and returns the grant's id; undefined when it was given before. */
  async grant(tx: Tx, accountId: string, draft: GrantDraft): Promise<string | undefined> {
    const rows = await tx.query<{ id: string }[]>(
      `WITH given AS (
         INSERT INTO grants (account_id, kind, source, amount, priority, effective_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, coalesce($6::timestamptz, quota_now()), coalesce($7::timestamptz, 'infinity'))
         ON CONFLICT (account_id, kind, source) DO NOTHING RETURNING id, amount
       ), booked AS (
         INSERT INTO quota_entries (account_id, kind, amount, grant_id, edit_id) SELECT $1, 'grant', amount, id, $8 FROM given
       ), raised AS (
         UPDATE accounts SET granted = granted + given.amount FROM given WHERE accounts.id = $1
       )
       SELECT id FROM given`,
      [accountId, draft.kind, draft.source, draft.amount, draft.priority, draft.effectiveAt, draft.expiresAt, draft.editId],
    );
    return rows[0]?.id;
  }

  /**
   * Takes what expired or was voided off the balance. Units that running edits may still need stay until those are settled:
   * no more lapses than is available, so the balance never goes below what is reserved.
   */
  async lapse(tx: Tx, accountId: string): Promise<Lapse[]> {
    return tx.query<Lapse[]>(
      `WITH over AS (
         SELECT id, voided_at, remaining, sum(remaining) OVER (ORDER BY least(voided_at, expires_at), id) - remaining AS earlier
         FROM grants WHERE account_id = $1 AND open AND least(voided_at, expires_at) <= quota_now()
       ), share AS (
         SELECT o.id, CASE WHEN o.voided_at IS NULL THEN 'expire' ELSE 'refund' END AS kind,
           least(o.remaining, a.granted - a.posted - a.pending - o.earlier) AS amount
         FROM over o JOIN accounts a ON a.id = $1 WHERE a.granted - a.posted - a.pending > o.earlier
       ), cut AS (
         UPDATE grants g SET lapsed = g.lapsed + s.amount FROM share s WHERE g.id = s.id
       ), booked AS (
         INSERT INTO quota_entries (account_id, kind, amount, grant_id) SELECT $1, kind, amount, id FROM share
       ), lowered AS (
         UPDATE accounts SET granted = granted - (SELECT sum(amount) FROM share) WHERE id = $1 AND EXISTS (SELECT FROM share)
       )
       SELECT id AS "grantId", kind, amount::float8 AS amount FROM share`,
      [accountId],
    );
  }

  /** Notes when the account changes next by itself. Until units held back by running edits have lapsed, that is now. */
  async schedule(tx: Tx, accountId: string): Promise<void> {
    await tx.query(
      `UPDATE accounts SET due_at = least('infinity',
         (SELECT min(least(voided_at, expires_at)) FROM grants WHERE account_id = $1 AND open),
         (SELECT CASE WHEN quota_now() < starts_at THEN starts_at WHEN quota_now() < ends_at THEN least(ends_at,
            (SELECT ends FROM quota_period(starts_at, time_zone, quota_now()))) END FROM allowances WHERE account_id = $1))
       WHERE id = $1`,
      [accountId],
    );
  }

  async setAllowance(tx: Tx, accountId: string, allowance: Allowance): Promise<void> {
    await tx.query(
      `INSERT INTO allowances (account_id, edits, time_zone, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (account_id) DO UPDATE SET edits = excluded.edits, time_zone = excluded.time_zone,
         starts_at = excluded.starts_at, ends_at = excluded.ends_at`,
      [accountId, allowance.edits, allowance.timeZone, allowance.startsAt, allowance.endsAt],
    );
  }

  /** Undefined outside the contract's dates, and without an allowance. */
  async month(tx: Tx, accountId: string): Promise<AllowanceMonth | undefined> {
    const rows = await tx.query<AllowanceMonth[]>(
      `WITH clock AS (SELECT quota_now() AS present)
       SELECT a.edits::float8 AS edits, p.label, p.starts, least(p.ends, a.ends_at) AS ends
       FROM clock, allowances a, quota_period(a.starts_at, a.time_zone, clock.present) p
       WHERE a.account_id = $1 AND a.edits > 0 AND present >= a.starts_at AND present < a.ends_at`,
      [accountId],
    );
    return rows[0];
  }

  /** What was given for one month in all, uplifts included. */
  async givenFor(tx: Tx, accountId: string, month: string): Promise<number> {
    const rows = await tx.query<{ given: number }[]>(
      `SELECT coalesce(sum(amount), 0)::float8 AS given FROM grants
       WHERE account_id = $1 AND ((kind = 'monthly' AND source = $2) OR (kind = 'uplift' AND starts_with(source, $2 || '/')))`,
      [accountId, month],
    );
    return rows[0]?.given ?? 0;
  }

  async purchase(tx: Tx, accountId: string, purchaseId: string): Promise<Purchase | undefined> {
    const rows = await tx.query<Purchase[]>(
      `SELECT id AS "grantId", voided_at IS NOT NULL AS refunded, spent::float8 AS spent,
         quota_now() >= created_at + interval '72 hours' AS late
       FROM grants WHERE account_id = $1 AND kind = 'pack' AND source = $2`,
      [accountId, purchaseId],
    );
    return rows[0];
  }

  async void(tx: Tx, grantId: string): Promise<void> {
    await tx.query(`UPDATE grants SET voided_at = quota_now() WHERE id = $1 AND voided_at IS NULL`, [grantId]);
  }

  /** True for one process at a time, until its transaction ends. */
  async takeTurn(tx: Tx): Promise<boolean> {
    const [turn] = await tx.query<{ taken: boolean }[]>(`SELECT pg_try_advisory_xact_lock($1) AS taken`, [upkeepLock]);
    return turn?.taken === true;
  }

  /** Accounts that something is due on, always in the same order, so that two runners cannot lock crosswise. */
  async dueAccounts(tx: Tx): Promise<string[]> {
    const rows = await tx.query<{ id: string }[]>(`SELECT id FROM accounts WHERE due_at <= quota_now() ORDER BY id`);
    return rows.map((row) => row.id);
  }
}
