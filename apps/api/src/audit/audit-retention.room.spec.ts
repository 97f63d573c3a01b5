import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditLogRoom, auditLogRoom } from '../testing/audit-log.js';
import { AuditRetention } from './audit-retention.js';

let room: AuditLogRoom;
let retention: AuditRetention;
beforeAll(async () => {
  room = await auditLogRoom();
  retention = room.app.get(AuditRetention);
});
afterAll(() => room.close());

/** So many events, so many days old. */
async function past(count: number, days: number): Promise<void> {
  await room.transactions.manager.query(
    `insert into audit_outbox (event_id, name, actor_kind, body, created_at)
     select 'evt_' || md5(random()::text || n), 'x', 'system', convert_to('{"n":' || n || ',"subject":"${newId('person')}"}', 'utf8'), now() - make_interval(days => $2) from generate_series(1, $1) n`,
    [count, days],
  );
  await room.sequencer.turn();
  await room.sign();
}
const left = async () => (await room.transactions.manager.query<{ first: string; entries: string; events: string }[]>('select min(index) as first, count(*) as entries, (select count(*) from audit_outbox) as events from audit_entries'))[0]!;

describe('the retention of the log', () => {
  it('lets whole bundles go that are old and signed, and everything after them is proved as before', async () => {
    await past(700, 500);
    await past(100, 1);
    const earlier = await room.checkpoint();
    await retention.prune(400);
    expect(await left()).toEqual({ first: '512', entries: '288', events: '288' });
    const report = await room.verify(earlier);
    expect(report).toMatchObject({ minimum: 512, faults: [], checkpoint: { size: 800 } });
    expect([(await room.get('entries/511')).status, (await room.get('tile/entries/001')).status, (await room.get('entries/512')).status, (await room.get('tile/0/000')).status]).toEqual([404, 404, 200, 200]);
  });

  it('goes on where it was, and the log grows on', async () => {
    await retention.prune(400);
    expect((await left()).first).toBe('512');
    await past(300, 500);
    expect((await room.verify()).faults).toEqual([]);
    await retention.prune(400);
    // The hundred young ones in between hold everything after them.
    expect((await left()).first).toBe('512');
    expect(await room.verify()).toMatchObject({ minimum: 512, checkpoint: { size: 1_100 }, faults: [] });
  });

  it('never takes the last entry, which says how long the log is', async () => {
    const other = await auditLogRoom();
    try {
      await other.transactions.manager.query(`insert into audit_outbox (event_id, name, actor_kind, body, created_at) select 'evt_' || n, 'x', 'system', 'x', now() - interval '500 days' from generate_series(1, 512) n`);
      await other.sequencer.turn();
      await other.sign();
      await other.app.get(AuditRetention).prune(400);
      expect(await other.verify()).toMatchObject({ minimum: 256, checkpoint: { size: 512 }, faults: [] });
    } finally {
      await other.close();
    }
  });

  it('takes along what stands beside the entries that go, and nothing else', async () => {
    const other = await auditLogRoom();
    try {
      await other.transactions.manager.query(`insert into audit_outbox (event_id, name, actor_kind, body, created_at) select 'evt_' || n, 'x', 'system', 'x', now() - interval '500 days' from generate_series(1, 512) n`);
      await other.transactions.manager.query(`insert into audit_personal_fields select 'evt_' || n, 'per_' || n, decode(repeat('00', 40), 'hex') from generate_series(250, 260) n`);
      await other.sequencer.turn();
      await other.sign();
      await other.app.get(AuditRetention).prune(400);
      expect(await other.transactions.manager.query('select min(event_id) as first, count(*)::int as count from audit_personal_fields')).toEqual([{ first: 'evt_257', count: 4 }]);
    } finally {
      await other.close();
    }
  });

  it('cannot be used to hide: a hash that was changed under a minimum is found', async () => {
    await room.transactions.manager.query('alter table audit_tiles disable trigger all');
    await room.transactions.manager.query(`update audit_tiles set hashes = overlay(hashes placing decode(repeat('00', 32), 'hex') from 1) where level = 0 and index = 0`);
    expect((await room.verify()).faults).toContainEqual({ kind: 'root' });
  });
});
