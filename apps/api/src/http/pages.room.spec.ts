import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allRoutes } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';
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

/** All headers but those that differ by nature. */
function headersOf(answer: request.Response): Record<string, unknown> {
  const varying = new Set(['date', 'connection', 'keep-alive', 'content-length', 'etag', 'last-modified', 'x-request-id', 'set-cookie', 'transfer-encoding']);
  return Object.fromEntries(Object.entries(answer.headers as Record<string, unknown>).filter(([name]) => !varying.has(name)));
}

const everywhere = {
  'content-security-policy':
    "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';img-src 'self' blob: data:;font-src 'self';connect-src 'self';worker-src 'self';manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const json = { 'content-type': 'application/json; charset=utf-8' };
const problem = { 'content-type': 'application/problem+json; charset=utf-8' };
const unstored = { 'cache-control': 'no-store' };

describe('headers', () => {
  it.each<[string, () => request.Test, object]>([
    ['an answer of the API', () => request(api.server).get('/v1/me').set(owner), { ...json, ...unstored }],
    ['an answer without a body', () => request(api.server).delete('/v1/sessions/current').set({ ...owner, Cookie: 'flux_session=gone' }), { ...problem, ...unstored, 'www-authenticate': 'Bearer' }],
    ['a refusal', () => request(api.server).get('/v1/me'), { ...problem, ...unstored, 'www-authenticate': 'Bearer' }],
    ['an address of the API that is not there', () => request(api.server).get('/v1/nothing'), { ...problem, ...unstored }],
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

describe('every door of the contract', () => {
  const closed = allRoutes.filter(({ access }) => !('public' in access));

  it.each(closed.map((route) => [`${route.method} ${route.path}`, route] as const))('%s is closed to strangers before anything is read', async (_name, route) => {
    const path = route.path.replaceAll(/\{\w+\}/g, 'x');
    const answer = await request(api.server)[route.method.toLowerCase() as 'get'](path);
    expect(answer.status).toBe(401);
    expect(headersOf(answer)).toEqual({ ...everywhere, ...problem, ...unstored, 'www-authenticate': 'Bearer' });
  });

  it.each(allRoutes.filter(({ access }) => 'public' in access).map((route) => [`${route.method} ${route.path}`, route] as const))('%s, open to all, answers with the same headers', async (_name, route) => {
    const answer = await request(api.server)[route.method.toLowerCase() as 'get'](route.path.replaceAll(/\{\w+\}/g, 'x'));
    const told = answer.ok ? { ...problem, 'content-type': 'application/json; charset=utf-8' } : problem;
    expect(headersOf(answer)).toEqual({ ...everywhere, ...told, ...unstored });
  });
});
