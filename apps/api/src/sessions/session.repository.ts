import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

export interface SessionRow {
  readonly id: string;
  readonly personId: string;
  /** Since the last recorded use. */
  readonly unusedSeconds: number;
}

@Injectable()
export class SessionRepository {
  /** The session of a secret, if neither of its lifetimes is over. */
  async find(reader: Tx, secretHash: Buffer, idleMinutes: number): Promise<SessionRow | undefined> {
    const [row] = await reader.query<SessionRow[]>(
      `select id, person_id as "personId", extract(epoch from now() - last_used_at)::int as "unusedSeconds" from sessions
       where secret_hash = $1 and expires_at > now() and last_used_at > now() - make_interval(mins => $2)`,
      [secretHash, idleMinutes],
    );
    return row;
  }

  async insert(tx: Tx, session: { id: string; secretHash: Buffer; personId: string; hours: number }): Promise<void> {
    await tx.query(`delete from sessions where expires_at < now()`);
    await tx.query(`insert into sessions (id, secret_hash, person_id, expires_at) values ($1, $2, $3, now() + make_interval(hours => $4))`, [
      session.id, session.secretHash, session.personId, session.hours,
    ]);
  }

  async touch(writer: Tx, sessionId: string): Promise<void> {
    await writer.query(`update sessions set last_used_at = now() where id = $1`, [sessionId]);
  }

  async remove(tx: Tx, sessionId: string): Promise<boolean> {
    const [removed] = await tx.query<[unknown[], number]>(`delete from sessions where id = $1 returning id`, [sessionId]);
    return removed.length === 1;
  }

  /** Sessions and link of a person. Returns the ids of the sessions. */
  async removeAllOf(tx: Tx, personId: string): Promise<string[]> {
    await tx.query(`delete from sign_in_links where person_id = $1`, [personId]);
    const [removed] = await tx.query<[{ id: string }[], number]>(`delete from sessions where person_id = $1 returning id`, [personId]);
    return removed.map(({ id }) => id);
  }

  /** A person has one link at most: a new one replaces it. */
  async putLink(tx: Tx, link: { secretHash: Buffer; personId: string; expiresAt: Date }): Promise<void> {
    await tx.query(
      `insert into sign_in_links (secret_hash, person_id, expires_at) values ($1, $2, $3)
       on conflict (person_id) do update set secret_hash = excluded.secret_hash, expires_at = excluded.expires_at`,
      [link.secretHash, link.personId, link.expiresAt],
    );
  }

  /** Finding and removing are one statement, so that of any number of uses one wins. */
  async takeLink(tx: Tx, secretHash: Buffer): Promise<string | undefined> {
    const [taken] = await tx.query<[{ person_id: string }[], number]>(`delete from sign_in_links where secret_hash = $1 and expires_at > now() returning person_id`, [secretHash]);
    return taken[0]?.person_id;
  }
}
