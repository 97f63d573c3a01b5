import { newId, type Person } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';

let api: RunningApi;
let owner: Record<string, string>;
beforeAll(async () => {
  api = await startApi({ PUBLIC_URL: 'https://flux.example.test' });
  owner = await api.signedIn(api.owner);
});
afterAll(() => api.close());

const code = (answer: request.Response) => (answer.body as { code?: string }).code;
const signIn = (token: string) => request(api.server).post('/v1/sessions').set('X-Flux-Request', '1').send({ token });
const cookieOf = (answer: request.Response) => (answer.get('Set-Cookie') ?? [])[0] ?? '';

describe('POST /v1/admin/people/{personId}/sign-in-link', () => {
  const invite = (personId: string, headers: Record<string, string>) => request(api.server).post(`/v1/admin/people/${personId}/sign-in-link`).set(headers);

  it('gives a link whose secret a browser never sends, for 15 minutes', async () => {
    const { id } = await api.person('member');
    const { url, expiresAt } = (await invite(id, owner).expect(201)).body as { url: string; expiresAt: string };
    expect(url).toMatch(/^https:\/\/flux\.example\.test\/#sign-in=[\w-]{43}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(14 * 60_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    await signIn(url.split('=')[1] ?? '').expect(201);
  });

  it('answers 400, 401, 403 and 404 as documented', async () => {
    const { id } = await api.person('member');
    expect((await invite('per_1', owner)).status).toBe(400);
    expect((await invite(id, {})).status).toBe(401);
    expect((await invite(id, await api.signedIn(await api.person('member')))).status).toBe(403);
    expect(code(await invite(newId('person'), owner))).toBe('person.not_found');
  });

  it('replaces the link that the person had', async () => {
    const person = await api.person('member');
    const first = await api.invitation(person);
    const second = await api.invitation(person);
    expect((await signIn(first)).status).toBe(401);
    expect((await signIn(second)).status).toBe(201);
  });
});

describe('POST /v1/sessions', () => {
  it('opens a session in a cookie that scripts cannot read and other sites cannot use', async () => {
    const person = await api.person('auditor');
    const answer = await signIn(await api.invitation(person)).expect(201);
    expect(answer.body).toMatchObject({ person: { id: person.id }, via: 'session' });
    expect(cookieOf(answer)).toMatch(/^__Host-flux_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=259200; Secure$/);
  });

  it('gives exactly one session however often one link is used at once', async () => {
    const person = await api.person('member');
    const token = await api.invitation(person);
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => code(answer) === 'session.link_invalid')).toHaveLength(19);
    const [sessions] = await api.transactions.manager.query<{ n: number }[]>('select count(*)::int as n from sessions where person_id = $1', [person.id]);
    expect(sessions).toEqual({ n: 1 });
  });

  it('refuses unknown and expired links, and those of people who left', async () => {
    expect((await signIn('x'.repeat(43))).status).toBe(401);
    expect((await signIn('short')).status).toBe(400);
    const late = await api.person('member');
    const expired = await api.invitation(late);
    await api.transactions.manager.query(`update sign_in_links set expires_at = now() where person_id = $1`, [late.id]);
    expect(code(await signIn(expired))).toBe('session.link_invalid');
    const leaver = await api.person('member');
    const orphaned = await api.invitation(leaver);
    await request(api.server).delete(`/v1/admin/people/${leaver.id}`).set(owner).expect(200);
    expect(code(await signIn(orphaned))).toBe('session.link_invalid');
  });

  it('is refused to a form of another site', async () => {
    const token = await api.invitation(await api.person('member'));
    const answer = await request(api.server).post('/v1/sessions').set({ 'Sec-Fetch-Site': 'cross-site', 'X-Flux-Request': '1' }).send({ token });
    expect(code(answer)).toBe('request.cross_site');
    await signIn(token).expect(201);
  });

  it('stores neither a session nor a link in a form that could be used', async () => {
    const person = await api.person('member');
    const token = await api.invitation(person);
    const other = await api.signedIn(await api.person('member'));
    const rows = await api.transactions.manager.query<object[]>(`select s::text from sessions s union all select l::text from sign_in_links l`);
    const stored = JSON.stringify(rows);
    for (const secret of [token, other['Cookie']?.split('=')[1] ?? 'none']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
      expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
      expect(api.logged()).not.toContain(secret);
    }
  });
});

describe('GET /v1/me', () => {
  it('says who is calling and what he may do', async () => {
    const person = await api.person('member');
    const answer = await request(api.server).get('/v1/me').set(await api.signedIn(person)).expect(200);
    expect(answer.body).toMatchObject({ person, via: 'session' });
    expect((answer.body as { permissions: string[] }).permissions).toContain('edit:create');
  });

  it('is closed to strangers and to keys without the permission', async () => {
    await request(api.server).get('/v1/me').expect(401);
    const key = await request(api.server).post('/v1/api-keys').set(owner).send({ label: 'x', permissions: ['edit:read'] }).expect(201);
    await request(api.server).get('/v1/me').set('Authorization', `Bearer ${(key.body as { secret: string }).secret}`).expect(403);
  });

  it.each([
    ['unused for too long', `last_used_at = now() - interval '481 minutes'`],
    ['older than sessions may be', `expires_at = now()`],
  ])('refuses a session that is %s', async (_what, change) => {
    const person: Person = await api.person('member');
    const session = await api.signedIn(person);
    await request(api.server).get('/v1/me').set(session).expect(200);
    await api.transactions.manager.query(`update sessions set ${change} where person_id = $1`, [person.id]);
    await request(api.server).get('/v1/me').set(session).expect(401);
  });

  it('keeps a session that is used from falling idle', async () => {
    const person = await api.person('member');
    const session = await api.signedIn(person);
    await api.transactions.manager.query(`update sessions set last_used_at = now() - interval '479 minutes' where person_id = $1`, [person.id]);
    await request(api.server).get('/v1/me').set(session).expect(200);
    const [row] = await api.transactions.manager.query<{ fresh: boolean }[]>(`select last_used_at > now() - interval '1 minute' as fresh from sessions where person_id = $1`, [person.id]);
    expect(row).toEqual({ fresh: true });
  });
});

describe('DELETE /v1/sessions/current', () => {
  it('ends the session at once and has the browser forget', async () => {
    const session = await api.signedIn(await api.person('member'));
    const answer = await request(api.server).delete('/v1/sessions/current').set(session).expect(204);
    expect(cookieOf(answer)).toMatch(/^__Host-flux_session=; .*Max-Age=0/);
    expect(answer.get('Clear-Site-Data')).toBe('"cache", "storage"');
    await request(api.server).get('/v1/me').set(session).expect(401);
    expect((await api.auditNames()).at(-1)).toBe('session.closed');
  });

  it('needs a session, and the header of the portal', async () => {
    await request(api.server).delete('/v1/sessions/current').expect(401);
    const { Cookie } = await api.signedIn(await api.person('member'));
    expect(code(await request(api.server).delete('/v1/sessions/current').set('Cookie', Cookie ?? ''))).toBe('request.cross_site');
  });
});
