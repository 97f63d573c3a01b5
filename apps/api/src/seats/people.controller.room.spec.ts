import { newId, type Person } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';
import { SeatService } from './index.js';

let api: RunningApi;
let owner: Record<string, string>;
let administrator: Record<string, string>;
let member: Record<string, string>;
beforeAll(async () => {
  api = await startApi();
  owner = await api.signedIn(api.owner);
  administrator = await api.signedIn(await api.person('administrator'));
  member = await api.signedIn(await api.person('member'));
});
afterAll(() => api.close());

const at = '/v1/admin/people';
const code = (answer: request.Response) => (answer.body as { code?: string }).code;
const draft = (email: string, more: object = {}) => ({ name: 'Ada', email, ...more });

describe('GET /v1/admin/people', () => {
  it('lists everybody with the seats', async () => {
    const answer = await request(api.server).get(at).set(administrator).expect(200);
    const { people, seats } = answer.body as { people: Person[]; seats: object };
    expect(people[0]).toEqual(expect.objectContaining({ id: api.owner.id, role: 'owner', seated: true, active: true }));
    expect(seats).toEqual({ taken: people.filter(({ seated }) => seated).length, limit: 1_000 });
  });

  it('is closed to strangers and to members', async () => {
    await request(api.server).get(at).expect(401);
    await request(api.server).get(at).set(member).expect(403);
  });
});

describe('POST /v1/admin/people', () => {
  it('adds a person, once per address, and the log of events tells it', async () => {
    const answer = await request(api.server).post(at).set(administrator).send(draft('Ada@Example.test')).expect(201);
    expect(answer.body).toMatchObject({ role: 'member', seated: true, active: true });
    expect((await api.auditNames()).at(-1)).toBe('person.created');
    const again = await request(api.server).post(at).set(administrator).send(draft('ada@example.TEST'));
    expect([again.status, code(again)]).toEqual([409, 'person.exists']);
  });

  it.each([
    ['no address', { name: 'Ada' }],
    ['no such role', draft('x@example.test', { role: 'king' })],
    ['a name with a NUL', draft('x@example.test', { name: 'A\u0000da' })],
    ['a name of two lines', draft('x@example.test', { name: 'Ada\nRoot' })],
    ['a member that is not known', draft('x@example.test', { active: false })],
  ])('refuses %s', async (_what, body) => {
    expect((await request(api.server).post(at).set(administrator).send(body)).status).toBe(400);
  });

  it('is closed to strangers and to members', async () => {
    await request(api.server).post(at).set('X-Flux-Request', '1').send(draft('y@example.test')).expect(401);
    await request(api.server).post(at).set(member).send(draft('y@example.test')).expect(403);
  });

  it('gives no more seats than there are, however many are asked for at once', async () => {
    const seats = api.app.get(SeatService, { strict: false });
    const { taken } = (await seats.list()).seats;
    await api.transactions.run((tx) => seats.setLimit(tx, taken + 3));
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => request(api.server).post(at).set(administrator).send(draft(`racer${i}@example.test`))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter((answer) => code(answer) === 'seat.exhausted')).toHaveLength(7);
    expect((await seats.list()).seats).toEqual({ taken: taken + 3, limit: taken + 3 });
    await request(api.server).post(at).set(administrator).send(draft('unseated@example.test', { seated: false })).expect(201);
    await api.transactions.run((tx) => seats.setLimit(tx, 1_000));
  });
});

describe('PATCH /v1/admin/people/{personId}', () => {
  it('changes name, role and seat', async () => {
    const { id } = await api.person('member');
    const answer = await request(api.server).patch(`${at}/${id}`).set(administrator).send({ name: 'Grace', role: 'auditor', seated: false }).expect(200);
    expect(answer.body).toMatchObject({ id, name: 'Grace', role: 'auditor', seated: false });
  });

  it('refuses what it does not know', async () => {
    const { id } = await api.person('member');
    expect((await request(api.server).patch(`${at}/${id}`).set(administrator).send({ active: false })).status).toBe(400);
    expect((await request(api.server).patch(`${at}/per_1`).set(administrator).send({})).status).toBe(400);
    const nobody = await request(api.server).patch(`${at}/${newId('person')}`).set(administrator).send({});
    expect([nobody.status, code(nobody)]).toEqual([404, 'person.not_found']);
  });

  it('is closed to strangers and to members', async () => {
    const { id } = await api.person('member');
    await request(api.server).patch(`${at}/${id}`).send({}).expect(401);
    await request(api.server).patch(`${at}/${id}`).set(member).send({}).expect(403);
  });
});

describe('DELETE /v1/admin/people/{personId}', () => {
  it('frees the seat, tells who listens after the commit, and lets the address be used again', async () => {
    const person = await api.person('member');
    const heard: string[] = [];
    api.app.get(SeatService, { strict: false }).onDeactivated((personId) => heard.push(personId));
    const answer = await request(api.server).delete(`${at}/${person.id}`).set(administrator).expect(200);
    expect(answer.body).toMatchObject({ active: false, seated: false });
    expect(heard).toEqual([person.id]);
    expect((await request(api.server).delete(`${at}/${person.id}`).set(administrator)).status).toBe(404);
    await request(api.server).post(at).set(administrator).send(draft(person.email)).expect(201);
  });

  it('ends the session at the next request', async () => {
    const person = await api.person('member');
    const session = await api.signedIn(person);
    await request(api.server).get('/v1/me').set(session).expect(200);
    await request(api.server).delete(`${at}/${person.id}`).set(administrator).expect(200);
    expect(code(await request(api.server).get('/v1/me').set(session))).toBe('principal.missing');
  });

  it('is closed to strangers and to members', async () => {
    const { id } = await api.person('member');
    await request(api.server).delete(`${at}/${id}`).expect(401);
    await request(api.server).delete(`${at}/${id}`).set(member).expect(403);
    expect((await request(api.server).delete(`${at}/nobody`).set(administrator)).status).toBe(400);
  });
});

describe('owners', () => {
  const resign = (id: string) => request(api.server).patch(`${at}/${id}`).set(owner).send({ role: 'member' }).expect(200);

  it('are out of an administrator\'s reach', async () => {
    const { id } = await api.person('member');
    const refused = [
      await request(api.server).post(at).set(administrator).send(draft('boss@example.test', { role: 'owner' })),
      await request(api.server).patch(`${at}/${id}`).set(administrator).send({ role: 'owner' }),
      await request(api.server).patch(`${at}/${api.owner.id}`).set(administrator).send({ name: 'Mallory' }),
      await request(api.server).delete(`${at}/${api.owner.id}`).set(administrator),
      await request(api.server).post(`${at}/${api.owner.id}/sign-in-link`).set(administrator),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(new Set(refused.map(code))).toEqual(new Set(['principal.forbidden']));
  });

  it('are let in by nothing that was given while they were none: session, link, key', async () => {
    const person = await api.person('administrator');
    const session = await api.signedIn(person);
    const made = await request(api.server).post('/v1/api-keys').set(session).send({ label: 'made in his name', permissions: ['person:update', 'balance:read'] }).expect(201);
    const key = { Authorization: `Bearer ${(made.body as { secret: string }).secret}` };
    const invited = await request(api.server).post(`${at}/${person.id}/sign-in-link`).set(administrator).expect(201);
    const before = await api.auditNames();
    await request(api.server).patch(`${at}/${person.id}`).set(owner).send({ role: 'owner' }).expect(200);
    const answers = [
      await request(api.server).get('/v1/me').set(session),
      await request(api.server).get('/v1/me').set(key),
      await request(api.server).post('/v1/sessions').set('X-Flux-Request', '1').send({ token: (invited.body as { url: string }).url.split('=')[1] }),
    ];
    expect(answers.map(code)).toEqual(['principal.missing', 'principal.missing', 'session.link_invalid']);
    expect((await api.auditNames()).slice(before.length).toSorted()).toEqual(['api_key.revoked', 'person.changed', 'session.closed']);
    await request(api.server).get('/v1/me').set(await api.signedIn(person)).expect(200);
    await resign(person.id);
  });

  it('are not let in by a link that is being made while they become one', async () => {
    const { id } = await api.person('member');
    const promote = async () => request(api.server).patch(`${at}/${id}`).set(owner).send({ role: 'owner' });
    const promoted = await api.transactions.run(async (tx) => {
      await api.app.get(SeatService, { strict: false }).reachable(tx, { personId: newId('person'), role: 'administrator' }, id);
      const promotion = promote();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.query(`insert into sign_in_links (secret_hash, person_id, expires_at) values ('late', $1, now() + interval '1 minute')`, [id]);
      return { promotion };
    });
    expect((await promoted.promotion).status).toBe(200);
    expect(await api.transactions.manager.query('select person_id from sign_in_links where person_id = $1', [id])).toEqual([]);
    await resign(id);
  });

  it('keep one of them, also when all resign at once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => api.person('owner')));
    const all = [api.owner, ...others];
    const answers = await Promise.all(all.map(({ id }, i) => (i % 2 ? request(api.server).delete(`${at}/${id}`).set(owner) : request(api.server).patch(`${at}/${id}`).set(owner).send({ role: 'administrator' }))));
    const refused = answers.filter(({ status }) => status !== 200);
    const { people } = await api.app.get(SeatService, { strict: false }).list();
    expect(people.filter(({ role, active }) => role === 'owner' && active)).toHaveLength(1);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(['person.last_owner', 'principal.forbidden', 'principal.missing']).toContain(code(answer));
  });
});
