import type { Tile, TileAt } from '@flux-context/tree';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';

/** Any number, the same in every process: only one sequences at a time. */
const sequencerLock = 7_311_025;

/** Where the log stands; times by the database's clock. */
export interface LogStanding {
  readonly size: number;
  /** Size at the newest checkpoint, and how old that is; undefined before the first. */
  readonly signedSize: number | undefined;
  readonly signedSecondsAgo: number | undefined;
  /** Age of the oldest event without a place; undefined when none waits. */
  readonly lagSeconds: number | undefined;
}

export interface PendingEvent {
  readonly id: string;
  readonly body: Buffer;
}

@Injectable()
export class AuditLogRepository {
  /** Whether this transaction is the one that sequences, until it ends. */
  async takeTurn(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ taken: boolean }[]>('select pg_try_advisory_xact_lock($1) as taken', [sequencerLock]);
    return row?.taken === true;
  }

  async standing(tx: Tx): Promise<LogStanding> {
    const [row] = await tx.query<{ size: string; signed_size: string | null; signed_seconds_ago: number | null; lag_seconds: number | null }[]>(`
      select (select coalesce(max(index) + 1, 0) from audit_entries) as size,
        newest.size as signed_size,
        extract(epoch from clock_timestamp() - newest.signed_at)::float as signed_seconds_ago,
        (select extract(epoch from clock_timestamp() - created_at)::float from audit_outbox where id = (select min(outbox_id) from audit_pending)) as lag_seconds
      from (values (1)) as always left join (select * from audit_checkpoints order by size desc limit 1) newest on true`);
    return {
      size: Number(row?.size),
      signedSize: row?.signed_size == null ? undefined : Number(row.signed_size),
      signedSecondsAgo: row?.signed_seconds_ago ?? undefined,
      lagSeconds: row?.lag_seconds ?? undefined,
    };
  }

  /** The oldest events without a place, by number. Their numbers need not be dense, and smaller ones may appear later. */
  pending(tx: Tx, most: number): Promise<PendingEvent[]> {
    return tx.query<PendingEvent[]>('select id, body from audit_outbox where id = any (array(select outbox_id from audit_pending order by outbox_id limit $1)) order by id', [most]);
  }

  /** Gives these events the next places, in this order. */
  async place(tx: Tx, size: number, ids: readonly string[]): Promise<void> {
    await tx.query('insert into audit_entries (index, outbox_id) select $1::bigint + place - 1, id from unnest($2::bigint[]) with ordinality as placed (id, place)', [size, ids]);
    await tx.query('delete from audit_pending where outbox_id = any ($1::bigint[])', [ids]);
  }

  async keepTiles(tx: Tx, tiles: readonly Tile[]): Promise<void> {
    await tx.query(
      `insert into audit_tiles (level, index, hashes) select * from unnest($1::int[], $2::bigint[], $3::bytea[])
       on conflict (level, index) do update set hashes = excluded.hashes`,
      [tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ hashes }) => Buffer.from(hashes))],
    );
  }

  /** The first `width` hashes of a tile; undefined when it has fewer. What a tile held when it was narrower is how it begins now. */
  async tile(tx: Tx, { level, index, width }: TileAt): Promise<Buffer | undefined> {
    const [row] = await tx.query<{ hashes: Buffer }[]>('select substr(hashes, 1, $3) as hashes from audit_tiles where level = $1 and index = $2 and octet_length(hashes) >= $3', [level, index, width * 32]);
    return row?.hashes;
  }

  async entries(tx: Tx, from: number, count: number): Promise<Buffer[]> {
    const rows = await tx.query<{ body: Buffer }[]>('select body from audit_entries join audit_outbox on id = outbox_id where index >= $1 and index < $1::bigint + $2 order by index', [from, count]);
    return rows.map(({ body }) => body);
  }

  /** The place of an event; undefined while it has none. */
  async indexOf(tx: Tx, eventId: string): Promise<number | undefined> {
    const [row] = await tx.query<{ index: string }[]>('select index from audit_entries join audit_outbox on id = outbox_id where event_id = $1', [eventId]);
    return row && Number(row.index);
  }

  /** Entries before it are gone. */
  async minimum(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ index: string }[]>('select coalesce(max(index), 0) as index from audit_minimum');
    return Number(row?.index);
  }

  /** The place of the first event that is not older; the size of the log when all are. */
  async youngerThan(tx: Tx, days: number): Promise<number> {
    const [row] = await tx.query<{ index: string }[]>(
      `select coalesce((select index from audit_entries join audit_outbox on id = outbox_id where created_at > now() - make_interval(days => $1) order by index limit 1),
        (select coalesce(max(index) + 1, 0) from audit_entries)) as index`,
      [days],
    );
    return Number(row?.index);
  }

  /** Lets go of every entry before this place. The tables refuse what is unsigned or too young. */
  async raiseMinimum(tx: Tx, minimum: number): Promise<void> {
    await tx.query('insert into audit_minimum (index) values ($1)', [minimum]);
    const [gone] = await tx.query<[{ outbox_id: string }[], number]>('delete from audit_entries where index < $1 returning outbox_id', [minimum]);
    await tx.query('delete from audit_outbox where id = any ($1::bigint[])', [gone.map(({ outbox_id: id }) => id)]);
  }

  async keepCheckpoint(tx: Tx, size: number, note: string): Promise<void> {
    await tx.query('insert into audit_checkpoints (size, note) values ($1, $2)', [size, note]);
  }

  async newestCheckpoint(tx: Tx): Promise<{ size: number; note: string } | undefined> {
    const [row] = await tx.query<{ size: string; note: string }[]>('select size, note from audit_checkpoints order by size desc limit 1');
    return row && { size: Number(row.size), note: row.note };
  }
}
