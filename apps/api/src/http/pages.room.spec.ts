import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allRoutes, type Route } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';
import { address, everywhere, json, overTls, person, problem, recordedAnswers, unstored } from '../testing/recorded-headers.js';
import { Readiness } from './index.js';

const portal = mkdtempSync(join(tmpdir(), 'portal-'));
let api: RunningApi;
let owner: Record<string, string>;
beforeAll(async () => {
  mkdirSync(join(portal, 'assets'));
  writeFileSync(join(portal, 'index.html'), '<!doctype html><title>portal</title>');
  writeFileSync(join(portal, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(portal, '.secret'), 'hidden');
  api = await startApi({ PORTAL_DIR: portal });
  owner = await api.signedIn(api.owner);
});
afterAll(async () => {
  await api.close();
  rmSync(portal, { recursive: true });
});

const varying = new Set(['date', 'connection', 'keep-alive', 'content-length', 'etag', 'last-modified', 'x-request-id', 'transfer-encoding']);

/** All headers but those that differ by nature, and those that tell how somebody stands without the figures of the moment. */
function headersOf(answer: request.Response): Record<string, unknown> {
  const headers = Object.entries(answer.headers as Record<string, string | string[]>).filter(([name]) => !varying.has(name));
  return Object.fromEntries(headers.map(([name, value]) => [name, name === 'ratelimit' ? String(value).replaceAll(/=\d+/g, '') : value]));
}

describe('headers', () => {
  it.each<[string, () => request.Test, object]>([
    ['an answer of the API', () => request(api.server).get('/v1/me').set(owner), { ...json, ...unstored, ...person }],
    ['an answer without a body', () => request(api.server).delete('/v1/sessions/current').set({ ...owner, Cookie: 'flux_session=gone' }), { ...problem, ...unstored, ...address, 'www-authenticate': 'Bearer' }],
    ['a refusal', () => request(api.server).get('/v1/me'), { ...problem, ...unstored, ...address, 'www-authenticate': 'Bearer' }],
    ['an address of the API that is not there', () => request(api.server).get('/v1/nothing'), { ...problem, ...unstored }],
    ['an address of the API in another spelling', () => request(api.server).get('/V1/me').set(owner), problem],
    ['the health of the process', () => request(api.server).get('/healthz'), json],
    ['the document', () => request(api.server).get('/openapi.json'), json],
    ['the page about the API', () => request(api.server).get('/docs'), { 'content-type': 'text/html; charset=utf-8' }],
    ['the page of the portal', () => request(api.server).get('/'), { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'accept-ranges': 'bytes' }],
    ['a file of the portal that never changes', () => request(api.server).get('/assets/app-1a2b.js'), { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', 'accept-ranges': 'bytes' }],
  ])('of %s are exactly these', async (_what, call, own) => {
    const answer = await call();
    expect(headersOf(answer)).toEqual({ ...everywhere, ...own });
    expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  });
});

describe('pages', () => {
  it('carry nothing inline, so that the policy need not allow it', async () => {
    const page = await request(api.server).get('/docs').expect(200);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
    for (const [, address] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) await request(api.server).get(address ?? '').expect(200);
  });

  it('of the portal hide dot files and what lies beside them', async () => {
    await request(api.server).get('/.secret').expect(404);
    await request(api.server).get('/assets/..%2f.secret').expect(404);
  });
});

describe('the process', () => {
  it('is ready while the database answers, and not any more when it is leaving', async () => {
    await request(api.server).get('/readyz').expect(200);
    api.app.get(Readiness, { strict: false }).leave();
    const answer = await request(api.server).get('/readyz').expect(503);
    expect((answer.body as { code: string }).code).toBe('capacity.shutting_down');
    await request(api.server).get('/healthz').expect(200);
  });
});

describe('every door of the contract, over TLS', () => {
  let secure: RunningApi;
  beforeAll(async () => {
    secure = await startApi({ PUBLIC_URL: 'https://flux.example.test' });
    const session = await secure.signedIn(secure.owner);
    // The first checkpoint is signed a few seconds after the first event.
    while ((await request(secure.server).get('/v1/admin/audit/checkpoint').set(session)).status === 404) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(() => secure.close());

  const call = ({ method, path }: Route) => request(secure.server)[method.toLowerCase() as 'get'](path.replaceAll(/\{\+?\w+\}/g, 'x'));
  const allOf = (headers: Readonly<Record<string, unknown>> | undefined) => ({ ...everywhere, ...overTls, ...unstored, ...headers });
  const named = allRoutes.map((route) => [route.id, route] as const);

  it.each(named)('%s answers a stranger with the recorded headers', async (id, route) => {
    const answer = await call(route);
    const [status, headers] = recordedAnswers[id]?.stranger ?? [];
    expect([answer.status, headersOf(answer)]).toEqual([status, allOf(headers)]);
  });

  it.each(named)('%s answers an owner with the recorded headers', async (id, route) => {
    const answer = await call(route).set(await secure.signedIn(secure.owner));
    const [status, headers] = recordedAnswers[id]?.owner ?? [];
    expect([answer.status, headersOf(answer)]).toEqual([status, allOf(headers)]);
  });

  it('recorded is a door', () => {
    expect(Object.keys(recordedAnswers).filter((id) => !allRoutes.some((route) => route.id === id))).toEqual([]);
  });

  it('sets a session cookie that scripts, other sites and plain http never see', async () => {
    const token = await secure.invitation(secure.owner);
    const answer = await request(secure.server).post('/v1/sessions').set('X-Flux-Request', '1').send({ token }).expect(201);
    expect(headersOf(answer)).toEqual({ ...allOf(json), ...address, 'set-cookie': [expect.stringMatching(/^__Host-flux_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/)] });
  });
});
