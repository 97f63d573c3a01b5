import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiKey, newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';
import { LocalCredential } from './local-credential.js';

let api: RunningApi;
let owner: Record<string, string>;
let member: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'credential-'));
const file = join(folder, 'local.json');
beforeAll(async () => {
  api = await startApi({ LOCAL_CREDENTIAL_FILE: file });
  owner = await api.signedIn(api.owner);
  member = await api.signedIn(await api.person('member'));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const at = '/v1/api-keys';
const code = (answer: request.Response) => (answer.body as { code?: string }).code;
const create = (headers: Record<string, string>, body: object = { label: 'pipeline' }) => request(api.server).post(at).set(headers).send(body);
const issued = async (headers: Record<string, string>, body?: object) => (await create(headers, body).expect(201)).body as ApiKey & { secret: string };
const asKey = (secret: string) => ({ Authorization: `Bearer ${secret}` });
const me = (secret: string) => request(api.server).get('/v1/me').set(asKey(secret));

describe('POST /v1/api-keys', () => {
  it('shows a working secret this once, and keeps it in no usable form', async () => {
    const key = await issued(member);
    expect(key.secret).toMatch(/^flux_[\w-]{49}$/);
    expect(key).toMatchObject({ hint: key.secret.slice(-4), permissions: ['edit:create', 'edit:read', 'edit:cancel', 'balance:read'], lastUsedAt: null });
    await me(key.secret).expect(200);
    const [row] = await api.transactions.manager.query<object[]>('select k::text from api_keys k where id = $1', [key.id]);
    expect(JSON.stringify(row)).not.toContain(key.secret.slice(5, 48));
    expect(api.logged()).not.toContain(key.secret.slice(5, 48));
  });

  it('gives no permission that the creator lacks, whether person or key', async () => {
    expect(code(await create(member, { label: 'x', permissions: ['person:read'] }))).toBe('api_key.scope');
    const narrow = await issued(owner, { label: 'x', permissions: ['api_key:create'] });
    expect(code(await create(asKey(narrow.secret), { label: 'x', permissions: ['edit:create'] }))).toBe('api_key.scope');
  });

  it('makes a key that lasts no longer than the one that made it', async () => {
    const short = await issued(owner, { label: 'a day', permissions: ['api_key:create', 'balance:read'], expiresInDays: 1 });
    for (const expiresInDays of [null, 365]) {
      expect((await issued(asKey(short.secret), { label: 'for longer', permissions: ['balance:read'], expiresInDays })).expiresAt).toBe(short.expiresAt);
    }
    const endless = await issued(owner, { label: 'endless', permissions: ['api_key:create', 'balance:read'], expiresInDays: null });
    expect((await issued(asKey(endless.secret), { label: 'endless, too', permissions: ['balance:read'], expiresInDays: null })).expiresAt).toBeNull();
  });

  it('never makes a key that could sign in as somebody and so become more than it is, nor one that could erase somebody', async () => {
    for (const permission of ['person:invite', 'person:erase']) expect([permission, code(await create(owner, { label: 'x', permissions: [permission] }))]).toEqual([permission, 'api_key.scope']);
  });

  it('answers 400, 401 and 403 as documented', async () => {
    expect((await create(member, { label: '' })).status).toBe(400);
    expect((await create(member, { label: 'x', permissions: ['king:be'] })).status).toBe(400);
    expect((await create({})).status).toBe(401);
    expect((await create(await api.signedIn(await api.person('auditor')))).status).toBe(403);
  });
});

describe('a key', () => {
  it('erases nobody, also one that was given the permission when that was allowed', async () => {
    const key = await issued(owner, { label: 'x', permissions: ['person:read'] });
    await api.transactions.manager.query(`update api_keys set permissions = permissions || '{person:erase}' where id = $1`, [key.id]);
    const person = await api.person('member');
    await request(api.server).delete(`/v1/admin/people/${person.id}`).set(owner).expect(200);
    await request(api.server).get('/v1/admin/people').set(asKey(key.secret)).expect(200);
    const refused = await request(api.server).post(`/v1/admin/people/${person.id}/erase`).set(asKey(key.secret));
    expect([refused.status, code(refused)]).toEqual([403, 'principal.forbidden']);
  });

  it('allows no more than its person may now', async () => {
    const person = await api.person('administrator');
    const key = await issued(await api.signedIn(person), { label: 'x', permissions: ['person:read', 'balance:read'] });
    const people = () => request(api.server).get('/v1/admin/people').set(asKey(key.secret));
    await people().expect(200);
    await request(api.server).patch(`/v1/admin/people/${person.id}`).set(owner).send({ role: 'member' }).expect(200);
    await people().expect(403);
  });

  it('ends with its person, at the next request', async () => {
    const person = await api.person('member');
    const key = await issued(await api.signedIn(person));
    await me(key.secret).expect(200);
    await request(api.server).delete(`/v1/admin/people/${person.id}`).set(owner).expect(200);
    await me(key.secret).expect(401);
  });

  it('ends at its date', async () => {
    const key = await issued(member, { label: 'x', expiresInDays: 1 });
    await me(key.secret).expect(200);
    await api.transactions.manager.query(`update api_keys set expires_at = now() where id = $1`, [key.id]);
    await me(key.secret).expect(401);
  });

  it('is refused when one character differs', async () => {
    const { secret } = await issued(member);
    for (const i of [6, 30, 47, 50]) await me(secret.slice(0, i) + (secret[i] === 'A' ? 'B' : 'A') + secret.slice(i + 1)).expect(401);
  });

  it('needs no header of the portal, because no browser adds it by itself', async () => {
    const { secret } = await issued(member, { label: 'x', permissions: ['api_key:create', 'edit:create'] });
    await create({ ...asKey(secret), 'Sec-Fetch-Site': 'cross-site' }, { label: 'y', permissions: ['edit:create'] }).expect(201);
  });

  it('tells when it was last used, written once a minute at most', async () => {
    const { id, secret } = await issued(member);
    const lastUse = async () => ((await request(api.server).get(at).set(member)).body as { apiKeys: ApiKey[] }).apiKeys.find((key) => key.id === id)?.lastUsedAt;
    await me(secret).expect(200);
    let first = await lastUse();
    for (let i = 0; i < 50 && !first; i++) first = await lastUse();
    expect(first).toEqual(expect.any(String));
    await me(secret).expect(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await lastUse()).toBe(first);
  });
});

describe('GET /v1/api-keys', () => {
  it('lists the own keys without their secrets', async () => {
    const mine = await issued(member);
    const foreign = await issued(owner);
    const { apiKeys } = (await request(api.server).get(at).set(member).expect(200)).body as { apiKeys: ApiKey[] };
    expect(apiKeys.map(({ id }) => id)).toContain(mine.id);
    expect(apiKeys.map(({ id }) => id)).not.toContain(foreign.id);
    expect(JSON.stringify(apiKeys)).not.toContain('flux_');
  });

  it('is closed to strangers and to auditors', async () => {
    await request(api.server).get(at).expect(401);
    await request(api.server).get(at).set(await api.signedIn(await api.person('auditor'))).expect(403);
  });
});

describe('DELETE /v1/api-keys/{apiKeyId}', () => {
  it('ends the key at once', async () => {
    const key = await issued(member);
    await request(api.server).delete(`${at}/${key.id}`).set(member).expect(204);
    await me(key.secret).expect(401);
    expect((await api.auditNames()).at(-1)).toBe('api_key.revoked');
  });

  it('answers 400, 401, 403 and 404 as documented, the last also for a key of somebody else', async () => {
    const foreign = await issued(owner);
    const remove = (id: string, headers: Record<string, string>) => request(api.server).delete(`${at}/${id}`).set(headers);
    expect((await remove('key_1', member)).status).toBe(400);
    expect((await remove(foreign.id, {})).status).toBe(401);
    expect((await remove(foreign.id, await api.signedIn(await api.person('auditor')))).status).toBe(403);
    expect(code(await remove(foreign.id, member))).toBe('api_key.not_found');
    expect(code(await remove(newId('apiKey'), member))).toBe('api_key.not_found');
    await me(foreign.secret).expect(200);
  });
});

describe('the local credential', () => {
  const read = () => JSON.parse(readFileSync(file, 'utf8')) as { url: string; apiKey: string };

  it('names the appliance and a key of the first owner, for the owner of the file alone', async () => {
    const { url, apiKey } = read();
    expect(url).toBe('http://127.0.0.1:8080');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const answer = await me(apiKey).expect(200);
    expect(answer.body).toMatchObject({ person: { id: api.owner.id }, via: 'api_key' });
    expect(api.logged()).not.toContain(apiKey);
  });

  it('is new at each start, and the former key is gone', async () => {
    const before = read().apiKey;
    await api.app.get(LocalCredential, { strict: false }).onApplicationBootstrap();
    await me(before).expect(401);
    await me(read().apiKey).expect(200);
  });
});
