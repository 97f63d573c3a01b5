import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditLogRoom, auditLogRoom } from '../testing/audit-log.js';

let room: AuditLogRoom;
beforeAll(async () => {
  room = await auditLogRoom();
  const append = () => room.transactions.run((tx) => room.audit.append(tx, 'person.deactivated', { subject: newId('person') }, { kind: 'system' }));
  for (let i = 0; i < 300; i += 1) await append();
  await room.sequencer.turn();
  await append();
  const subject = newId('person');
  await room.transactions.run((tx) => room.audit.append(tx, 'person.created', { subject, role: 'member' }, { kind: 'system' }, { id: subject, name: 'Ada', email: 'ada@example.test' }));
});
afterAll(() => room.close());

const sql = (statement: string) => room.transactions.manager.query<unknown[]>(statement);
const tables = ['audit_outbox', 'audit_entries', 'audit_tiles', 'audit_checkpoints', 'audit_pending', 'audit_minimum', 'audit_personal_fields'];
const fingerprint = async () => Promise.all(tables.map((table) => sql(`select md5(string_agg(t::text, ',' order by t::text)) from ${table} t`)));

const refused = [
  `update audit_outbox set body = 'x' where id = 1`,
  `update audit_outbox set created_at = now()`,
  `update audit_outbox set id = id + 1000`,
  'delete from audit_outbox where id = 1',
  'delete from audit_outbox',
  'truncate audit_outbox cascade',
  `merge into audit_outbox o using (values (1)) v (id) on o.id = v.id when matched then update set body = 'x'`,
  `merge into audit_outbox o using (values (1)) v (id) on o.id = v.id when matched then delete`,
  `insert into audit_outbox select * from audit_outbox where id = 1 on conflict (id) do update set body = 'x'`,
  'update audit_entries set index = index + 1000',
  'update audit_entries set outbox_id = 2 where index = 0',
  'delete from audit_entries where index = 299',
  'truncate audit_entries',
  `update audit_tiles set hashes = decode(repeat('00', 32), 'hex')`,
  `update audit_tiles set hashes = decode(repeat('00', 8192), 'hex') where level = 0`,
  'update audit_tiles set hashes = substr(hashes, 1, 32) where level = 0',
  'update audit_tiles set index = index + 7',
  'delete from audit_tiles',
  'truncate audit_tiles',
  `update audit_checkpoints set note = 'x'`,
  'delete from audit_checkpoints',
  'truncate audit_checkpoints',
  'delete from audit_pending',
  'insert into audit_minimum values (256)',
  'insert into audit_minimum values (512)',
  'update audit_minimum set index = 256',
  'delete from audit_minimum',
  'truncate audit_minimum',
  `update audit_personal_fields set sealed = sealed || ''::bytea`,
  `update audit_personal_fields set subject = 'x'`,
  'delete from audit_personal_fields',
  'truncate audit_personal_fields',
  'update audit_pending set outbox_id = 1',
  'truncate audit_pending',
  'truncate audit_outbox, audit_entries, audit_tiles, audit_checkpoints, audit_pending, audit_personal_fields',
];

describe('the tables of the log', () => {
  it.each(refused)('refuse: %s', async (statement) => {
    const before = await fingerprint();
    await expect(sql(statement)).rejects.toThrow(/refuses (INSERT|UPDATE|DELETE|TRUNCATE)/);
    expect(await fingerprint()).toEqual(before);
  });

  it.each(refused)('refuse while a session claims to replicate: %s', async (statement) => {
    const before = await fingerprint();
    await expect(
      room.transactions.run(async (tx) => {
        await tx.query('set local session_replication_role = replica');
        await tx.query(statement);
      }),
    ).rejects.toThrow(/refuses/);
    expect(await fingerprint()).toEqual(before);
  });

  it('notice an event that was not appended by us', async () => {
    await sql(`insert into audit_outbox (event_id, name, actor_kind, body, created_at) values ('evt_foreign', 'x', 'system', 'x', now())`);
    expect(await sql(`select from audit_pending join audit_outbox on id = outbox_id where event_id = 'evt_foreign'`)).toHaveLength(1);
  });

  it('take no second entry for an event, and no event twice', async () => {
    await expect(sql('insert into audit_entries values (301, 1)')).rejects.toThrow(/unique/);
    await expect(sql('insert into audit_entries values (0, 302)')).rejects.toThrow(/unique|foreign/);
  });
});
