import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import type { Share } from './rate-counter.js';

/** The minute that is running, by the database's clock, so that all processes mean the same. */
const minuteEnds = `to_timestamp((floor(extract(epoch from clock_timestamp()) / 60) + 1) * 60)`;

@Injectable()
export class RateRepository {
  /**
   * Takes `share` requests of the running minute for one process, or what is left of `limit`. One statement: of any number of
   * processes that ask at once, none gets what another got. What was asked for in vain stays counted; only the sum to the limit was ever given.
   */
  async take(writer: Tx, subject: Buffer, share: number, limit: number): Promise<Share> {
    const [row] = await writer.query<[{ asked: string; ends_in_ms: number }]>(
      `insert into request_rates as r (subject, minute_ends_at, asked) values ($1, ${minuteEnds}, $2)
       on conflict (subject) do update set
         asked = case when r.minute_ends_at = excluded.minute_ends_at then r.asked + excluded.asked else excluded.asked end,
         minute_ends_at = excluded.minute_ends_at
       returning asked, (extract(epoch from minute_ends_at - clock_timestamp()) * 1000)::float8 as ends_in_ms`,
      [subject, share],
    );
    const asked = Number(row.asked);
    return { given: Math.max(0, Math.min(share, limit - (asked - share))), left: Math.max(0, limit - asked), endsInMs: Math.max(0, row.ends_in_ms) };
  }

  /** Removes minutes that are over. */
  async forget(writer: Tx): Promise<void> {
    await writer.query(`delete from request_rates where minute_ends_at < clock_timestamp()`);
  }
}
