import { Inject, Injectable } from '@nestjs/common';
import { Transactions } from '../database/index.js';

/** A connection that nothing else uses, so that a lease is renewed however many callers wait for one. */
export const LEASE_CONNECTION = Symbol('the connection of the holder’s lease');
export type LeaseConnection = Transactions & { close(): Promise<void> };

/** Leases of API processes: who holds edits, where he is reached, and until when he counts as alive. By the database's clock. */
@Injectable()
export class HolderRepository {
  constructor(
    private readonly transactions: Transactions,
    @Inject(LEASE_CONNECTION) private readonly lease: LeaseConnection,
  ) {}

  async register(id: string, internalUrl: string, leaseSeconds: number): Promise<void> {
    await this.transactions.manager.query(`INSERT INTO holders (id, internal_url, lease_until) VALUES ($1, $2, now() + make_interval(secs => $3))`, [
      id,
      internalUrl,
      leaseSeconds,
    ]);
  }

  /** Renews a lease that still runs. False: it ended, and others may have closed the holder's edits. */
  async renew(id: string, leaseSeconds: number): Promise<boolean> {
    const [, count]: [unknown[], number] = await this.lease.manager.query(
      `UPDATE holders SET lease_until = now() + make_interval(secs => $2) WHERE id = $1 AND lease_until > now() RETURNING id`,
      [id, leaseSeconds],
    );
    return count > 0;
  }

  /** Takes a lease again after it ended. */
  async revive(id: string, leaseSeconds: number): Promise<void> {
    await this.lease.manager.query(`UPDATE holders SET lease_until = now() + make_interval(secs => $2) WHERE id = $1`, [id, leaseSeconds]);
  }

  /** Where a living holder is reached. */
  async addressOf(id: string): Promise<string | undefined> {
    const rows: { internal_url: string }[] = await this.transactions.manager.query(`SELECT internal_url FROM holders WHERE id = $1 AND lease_until > now()`, [id]);
    return rows[0]?.internal_url;
  }

  /** Ends the lease, and its connection. */
  async leave(id: string): Promise<void> {
    try {
      await this.lease.manager.query(`UPDATE holders SET lease_until = now() WHERE id = $1`, [id]);
    } finally {
      await this.lease.close();
    }
  }

  /** Forgets holders that hold nothing any more. */
  async forgetEmpty(): Promise<void> {
    await this.transactions.manager.query(
      `DELETE FROM holders h WHERE lease_until < now() - interval '1 hour' AND NOT EXISTS (SELECT 1 FROM edits e WHERE e.holder_id = h.id AND e.erased_at IS NULL)`,
    );
  }
}
