import { apiKeyRoutes, auditRoutes, editRoutes, newId, personRoutes, quotaRoutes, sessionRoutes } from '@flux-context/contracts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { addressOf, createClient } from './client.js';
import type { ProblemError } from './problem-error.js';
import type { InputOf, OutputOf } from './route-types.js';

const balance = { account: 'organisation', available: 7, pending: 0, used: 3, granted: 10, grants: [] };

/** A server of one answer, which keeps what it was asked. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: { address: string; call: RequestInit }[] = [];
  const client = createClient('', (address, call) => {
    asked.push({ address: typeof address === 'string' ? address : '', call: call ?? {} });
    return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status, headers }));
  });
  return { client, asked };
}

const refused = (call: Promise<unknown>): Promise<ProblemError> => call.then(() => expect.fail('was not refused'), (error: ProblemError) => error);

describe('client', () => {
  it('derives what goes in and what comes out from the route', () => {
    expectTypeOf<InputOf<typeof apiKeyRoutes.revoke>>().toEqualTypeOf<{ readonly params: { apiKeyId: string } }>();
    expectTypeOf<OutputOf<typeof sessionRoutes.close>>().toEqualTypeOf<undefined>();
    expectTypeOf<OutputOf<typeof quotaRoutes.balance>['available']>().toEqualTypeOf<number>();
  });

  it('sends method, filled-in path, JSON body and the header that a foreign page cannot add', async () => {
    const id = newId('person');
    const person = { id, name: 'Ada', email: 'ada@example.org', role: 'member', seated: false, active: true, createdAt: '2026-01-01T00:00:00Z' };
    const { client, asked } = answering(200, person);
    await expect(client.call(personRoutes.change, { params: { personId: id }, body: { seated: false } })).resolves.toEqual(person);
    expect(asked[0]?.address).toBe(`/v1/admin/people/${id}`);
    expect(asked[0]?.call).toMatchObject({ method: 'PATCH', body: '{"seated":false}', headers: { 'X-Flux-Request': '1', 'Content-Type': 'application/json' } });
  });

  it('escapes parameters, so that none can change the address', () => {
    expect(addressOf(editRoutes.status, { params: { editId: '../me?x' } })).toBe('/v1/edits/..%2Fme%3Fx');
    expect(addressOf(auditRoutes.tile, { params: { address: 'entries/x001/234.p/5?x' } })).toBe('/v1/admin/audit/tile/entries/x001/234.p/5%3Fx');
    expect(() => addressOf(editRoutes.status, {})).toThrow('editId');
  });

  it('turns a problem into an error with its code, sentence and waiting time', async () => {
    const problem = { type: 'about:blank', title: 'No edits are left.', status: 402, code: 'quota.exhausted', requestId: 'req_1', retryable: false };
    const error = await refused(answering(402, problem, { 'Retry-After': '40' }).client.call(quotaRoutes.balance));
    expect(error).toMatchObject({ name: 'ProblemError', code: 'quota.exhausted', message: 'No edits are left.', status: 402, retryAfterSeconds: 40 });
  });

  it('never shows what a stranger in between answered', async () => {
    const proxy = createClient('', () => Promise.resolve(new Response('<h1>Gateway</h1>', { status: 502 })));
    await expect(refused(proxy.call(quotaRoutes.balance))).resolves.toMatchObject({ code: 'answer.unexpected', status: 502 });
    await expect(refused(answering(200, { available: 'many' }).client.call(quotaRoutes.balance))).resolves.toMatchObject({ code: 'answer.unexpected' });
  });

  it('tells a lost connection from a call that was aborted', async () => {
    const unplugged = createClient('', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(refused(unplugged.call(quotaRoutes.balance))).resolves.toMatchObject({ code: 'connection.lost', retryable: true });
    const signal = AbortSignal.abort();
    await expect(refused(unplugged.call(quotaRoutes.balance, { signal }))).resolves.toMatchObject({ name: 'AbortError' });
  });

  it('resolves to nothing where the route answers without a body', async () => {
    await expect(answering(204, undefined).client.call(sessionRoutes.close)).resolves.toBeUndefined();
    await expect(answering(200, balance).client.call(quotaRoutes.balance)).resolves.toMatchObject({ available: 7 });
  });
});
