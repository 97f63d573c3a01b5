import { type AuditPerson, newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Sequencer } from '../audit/sequencer.js';
import { type RunningApi, startApi } from '../testing/app.js';
import { logReader, signNow } from '../testing/audit-log.js';

let api: RunningApi;
let administrator: Record<string, string>;
let log: ReturnType<typeof logReader>;
beforeAll(async () => {
  api = await startApi();
  await api.app.get(Sequencer, { strict: false }).onApplicationShutdown();
  administrator = await api.signedIn(await api.person('administrator'));
  log = logReader(api.server, administrator);
});
afterAll(() => api.close());

const at = '/v1/admin/people';
const erase = (id: string, headers: Record<string, string>) => request(api.server).post(`${at}/${id}/erase`).set(headers);
const answered = ({ status, body }: request.Response) => [status, (body as { code?: string }).code];
const deactivated = async (role: 'owner' | 'member') => {
  const person = await api.person(role);
  await request(api.server).delete(`${at}/${person.id}`).set(await api.signedIn(api.owner)).expect(200);
  return person;
};

/** The tables, of every schema, in which one of these words stands, as text or as bytes. */
async function tablesWith(...words: string[]): Promise<string[]> {
  const found: string[] = [];
  const tables = await api.transactions.manager.query<{ name: string }[]>(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
  for (const { name } of tables) {
    const rows = await api.transactions.manager.query<{ row: string }[]>(`select t::text as row from ${name} t`);
    if (rows.some(({ row }) => words.some((word) => row.includes(word) || row.includes(Buffer.from(word).toString('hex'))))) found.push(name);
  }
  return found.toSorted();
}

/** What the log's door for persons tells of every entry that has one of this subject. */
async function namesOf(subject: string): Promise<(string | null)[]> {
  const names: (string | null)[] = [];
  const size = Number((await log.checkpoint()).split('\n')[1]);
  for (let index = 0; index < size; index += 1) {
    const { status, body } = await request(api.server).get(`/v1/admin/audit/entries/${index}/person`).set(administrator);
    const beside = body as AuditPerson;
    if (status === 200 && beside.subject === subject) names.push(beside.personal?.name ?? null);
  }
  return names;
}

describe('POST /v1/admin/people/{personId}/erase', () => {
  it('leaves a name in no table, the entries in the log, and the log whole', async () => {
    const person = { name: 'Ada Lovelace', email: 'ada@analytical.test' };
    const added = await request(api.server).post(at).set(administrator).send(person).expect(201);
    const { id } = added.body as { id: string };
    const session = await api.signedIn({ ...person, id, role: 'member', seated: true, active: true, createdAt: '' });
    await request(api.server).post('/v1/api-keys').set(session).send({ label: 'Lovelace at home' }).expect(201);
    await request(api.server).patch(`${at}/${id}`).set(administrator).send({ name: 'Ada King' }).expect(200);
    await request(api.server).delete(`${at}/${id}`).set(administrator).expect(200);
    await signNow(api.app);
    const earlier = await log.checkpoint();
    expect(await namesOf(id)).toEqual(['Ada Lovelace', 'Ada Lovelace', 'Ada King']);
    expect(await tablesWith('Lovelace', 'Ada King', 'analytical')).toEqual(['public.api_keys', 'public.people']);

    const answer = await erase(id, administrator).expect(200);
    expect(answer.body).toMatchObject({ id, name: 'Erased', email: '', active: false });
    await signNow(api.app);
    expect(await tablesWith('Lovelace', 'Ada King', 'analytical')).toEqual([]);
    expect(await namesOf(id)).toEqual([null, null, null]);
    expect((await api.auditNames()).slice(-2)).toEqual(['api_key.revoked', 'person.erased']);
    const report = await log.verify(earlier);
    expect(report).toMatchObject({ faults: [], minimum: 0, checkpoint: { size: (await api.auditNames()).length } });
    expect(api.logged()).not.toMatch(/Lovelace|analytical/);
  });

  it('may be repeated', async () => {
    const { id } = await deactivated('member');
    await erase(id, administrator).expect(200);
    await api.transactions.manager.query(`update people set name = 'Back' where id = $1`, [id]);
    expect((await erase(id, administrator).expect(200)).body).toMatchObject({ name: 'Erased' });
  });

  it('frees the address for others', async () => {
    const [one, two] = [await deactivated('member'), await deactivated('member')];
    await erase(one.id, administrator).expect(200);
    await erase(two.id, administrator).expect(200);
    await request(api.server).post(at).set(administrator).send({ name: 'Next', email: one.email }).expect(201);
  });

  it('refuses who is active, the last owner among them, and who is not there', async () => {
    const { id } = await api.person('member');
    expect(answered(await erase(id, administrator))).toEqual([409, 'person.active']);
    expect(answered(await erase(api.owner.id, await api.signedIn(api.owner)))).toEqual([409, 'person.active']);
    expect(answered(await erase(newId('person'), administrator))).toEqual([404, 'person.not_found']);
    expect((await erase('nobody', administrator)).status).toBe(400);
  });

  it('is closed to strangers, members and auditors, and owners are out of an administrator\'s reach', async () => {
    const { id } = await deactivated('owner');
    expect((await request(api.server).post(`${at}/${id}/erase`).set('X-Flux-Request', '1')).status).toBe(401);
    for (const role of ['member', 'auditor'] as const) expect((await erase(id, await api.signedIn(await api.person(role)))).status).toBe(403);
    expect(answered(await erase(id, administrator))).toEqual([403, 'principal.forbidden']);
    await erase(id, await api.signedIn(api.owner)).expect(200);
  });

  it('changes neither row nor log when the commit fails, and can be asked for again', async () => {
    const { id, name } = await deactivated('member');
    const before = await api.auditNames();
    await api.transactions.manager.query(`create function fail() returns trigger language plpgsql as $$ begin raise exception 'later'; end $$`);
    await api.transactions.manager.query(`create constraint trigger fail after insert on audit_outbox deferrable initially deferred for each row execute function fail()`);
    expect((await erase(id, administrator)).status).toBe(500);
    await api.transactions.manager.query('drop trigger fail on audit_outbox');
    const [row] = await api.transactions.manager.query<{ name: string }[]>('select name from people where id = $1', [id]);
    expect([row?.name, await api.auditNames()]).toEqual([name, before]);
    await erase(id, administrator).expect(200);
  });
});
