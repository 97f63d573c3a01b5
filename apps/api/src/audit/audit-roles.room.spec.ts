import { randomBytes } from 'node:crypto';
import { newId } from '@flux-context/contracts';
import { Secret } from '@flux-context/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { grantRoles, Transactions } from '../database/index.js';
import { type RunningApi, startApi } from '../testing/app.js';
import { apiDatabase } from '../testing/database.js';
import { AuditService } from './index.js';
import { Sequencer } from './sequencer.js';

const suffix = randomBytes(6).toString('hex');
const roles = { app: { name: `app_${suffix}`, password: randomBytes(12).toString('hex') }, sequencer: { name: `sequencer_${suffix}`, password: randomBytes(12).toString('hex') } };

let api: RunningApi;
let owner: Awaited<ReturnType<typeof Transactions.connect>>;
let app: typeof owner;
let sequencer: typeof owner;
let close: () => Promise<void>;
beforeAll(async () => {
  const database = await apiDatabase();
  await grantRoles({ url: new Secret(database.url), poolMax: 1 }, roles);
  // Again, as each start does.
  await grantRoles({ url: new Secret(database.url), poolMax: 1 }, roles);
  const as = (role: { name: string; password: string }) => Object.assign(new URL(database.url), { username: role.name, password: role.password }).href;
  const connect = (url: string) => Transactions.connect({ url: new Secret(url), poolMax: 2 });
  [owner, app, sequencer] = [await connect(database.url), await connect(as(roles.app)), await connect(as(roles.sequencer))];
  api = await startApi({ DATABASE_URL: as(roles.app), SEQUENCER_DATABASE_URL: as(roles.sequencer) });
  await api.app.get(Sequencer, { strict: false }).turn();
  close = async () => {
    await api.close();
    for (const connection of [app, sequencer, owner]) await connection.close();
    await database.drop();
  };
});
afterAll(() => close());

const tables = ['audit_outbox', 'audit_entries', 'audit_tiles', 'audit_checkpoints', 'audit_pending', 'audit_minimum', 'audit_personal_fields'];
const columns: Record<string, string> = { audit_outbox: 'name', audit_entries: 'index', audit_tiles: 'hashes', audit_checkpoints: 'note', audit_pending: 'outbox_id', audit_minimum: 'index', audit_personal_fields: 'sealed' };

/** What would change history, or who may. */
const changes = tables.flatMap((table) => [
  `update ${table} set ${columns[table]} = ${columns[table]}`,
  `delete from ${table}`,
  `truncate ${table} cascade`,
  `alter table ${table} disable trigger all`,
  `alter table ${table} owner to current_user`,
  `alter table ${table} drop column ${columns[table]}`,
  `create trigger own before insert on ${table} for each statement execute function audit_refuse()`,
  `drop table ${table} cascade`,
  `grant all on ${table} to current_user`,
  `create rule own as on insert to ${table} do instead nothing`,
]);
const powers = [
  'drop trigger append_only on audit_outbox',
  'drop trigger note_pending on audit_outbox',
  `create or replace function audit_refuse() returns trigger language plpgsql as 'begin return null; end'`,
  'alter function audit_note_pending() security invoker',
  'set session_replication_role = replica',
  'create table of_my_own ()',
  'alter role current_user superuser',
  'set role postgres',
  `copy audit_outbox to program 'true'`,
  'insert into migrations (timestamp, name) values (1, \'x\')',
];
const refused = /permission denied|must be owner|only superusers? |must be able to SET ROLE|requires? (the )?(superuser|SUPERUSER)|insufficient/i;

async function refuses(connection: typeof owner, statement: string): Promise<void> {
  // `grant` by who may not grant is a warning, and changes nothing: looked at by what is granted afterwards.
  const before = await owner.manager.query('select relname, relacl::text from pg_class order by oid');
  const outcome = await connection.manager.query(statement).then(() => 'accepted', (error: Error) => error.message);
  if (!statement.startsWith('grant')) expect([statement, outcome]).toEqual([statement, expect.stringMatching(refused)]);
  expect(await owner.manager.query('select relname, relacl::text from pg_class order by oid')).toEqual(before);
}

describe('the role of the API', () => {
  it.each([...changes, ...powers, ...['audit_entries values (1000000, 1)', `audit_tiles values (0, 9, decode(repeat('00', 32), 'hex'))`, `audit_checkpoints values (5, 'x')`, 'audit_minimum values (256)', 'audit_pending values (1)'].map((row) => `insert into ${row}`)])('is refused: %s', (statement) => refuses(app, statement));

  it('appends events, which wait for their place by the hand of the owner', async () => {
    await app.run((tx) => tx.query(`insert into audit_outbox (event_id, name, actor_kind, body, created_at) values ('evt_app', 'x', 'system', 'x', now())`));
    expect(await app.manager.query(`select from audit_pending join audit_outbox on id = outbox_id where event_id = 'evt_app'`)).toHaveLength(1);
  });

  it('runs all of the API, beside a sequencer of another role', async () => {
    const person = await api.person('member');
    await api.app.get(Transactions).run((tx) => api.app.get(AuditService, { strict: false }).append(tx, 'person.deactivated', { subject: person.id }, { kind: 'system' }));
    await api.app.get(Sequencer, { strict: false }).turn();
    const [{ waiting, placed } = {}] = await owner.manager.query<{ waiting?: string; placed?: string }[]>('select (select count(*) from audit_pending) as waiting, (select count(*) from audit_entries) as placed');
    expect([waiting, Number(placed) > 0]).toEqual(['0', true]);
  });
});

describe('the role of the sequencer', () => {
  /** Where triggers decide by row. */
  const may = new Set(['update audit_tiles set hashes = hashes', 'delete from audit_pending', 'delete from audit_entries', 'delete from audit_outbox']);
  it.each([...changes.filter((statement) => !may.has(statement)), ...powers])('is refused: %s', (statement) => refuses(sequencer, statement));

  it.each(['select * from people', 'select * from edits', 'select * from sessions', 'select * from audit_personal_fields', `insert into audit_personal_fields values ('evt_app', 'x', 'x')`, `insert into audit_outbox (event_id, name, actor_kind, body, created_at) values ('evt_x', 'x', 'system', 'x', now())`, 'update audit_tiles set index = index'])('sees and writes nothing else: %s', (statement) => refuses(sequencer, statement));

  it('cannot shorten a tile, nor forget an event that has no place', async () => {
    await expect(sequencer.manager.query(`update audit_tiles set hashes = decode(repeat('00', 32), 'hex')`)).rejects.toThrow(/a tile only grows/);
    await owner.run((tx) => tx.query(`insert into audit_outbox (event_id, name, actor_kind, body, created_at) values ('${newId('event')}', 'x', 'system', 'x', now())`));
    await expect(sequencer.manager.query('delete from audit_pending')).rejects.toThrow(/has no place yet/);
    for (const table of ['audit_entries', 'audit_outbox']) await expect(sequencer.manager.query(`delete from ${table}`)).rejects.toThrow(/refuses DELETE: it is not before the minimum/);
    await expect(sequencer.manager.query('insert into audit_minimum values (256)')).rejects.toThrow(/what is unsigned or of the last 30 days stays/);
  });
});
