import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type RunningApi, startApi } from '../testing/app.js';
import { RateCounter } from './rate-counter.js';

const limit = 40;
const env = { REQUESTS_PER_PERSON_MINUTE: `${limit}`, REQUESTS_PER_ADDRESS_MINUTE: `${limit}`, TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' };

let first: RunningApi;
let second: RunningApi;
beforeAll(async () => {
  first = await startApi(env);
  second = await startApi(env, first);
});
afterAll(async () => {
  await second.close();
  await first.close();
});

const minute = async () => (await first.transactions.manager.query<[{ at: string }]>(`select floor(extract(epoch from clock_timestamp()) / 60)::text as at`))[0].at;

/** What `ask` came to within one minute of the database. Asked again, of somebody else, when the minute turned meanwhile. */
async function withinOneMinute<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const began = await minute();
    const result = await ask();
    if ((await minute()) === began) return result;
  }
}

const codes = (answers: readonly request.Response[]) => {
  const refused = answers.filter(({ status }) => status === 429);
  return { admitted: answers.length - refused.length, codes: [...new Set(refused.map(({ body }) => (body as { code: string }).code))] };
};
const times = (count: number, ask: () => request.Test) => Promise.all(Array.from({ length: count }, ask));
let neighbours = 0;
const nextAddress = () => `192.0.2.${++neighbours}`;

describe('a person', () => {
  it('is admitted the limit in a minute through two API processes together, by whatever key or session', async () => {
    const answers = await withinOneMinute(async () => {
      const session = await first.signedIn(await first.person('member'));
      const { secret } = (await request(first.server).post('/v1/api-keys').set(session).send({ label: 'x', permissions: ['balance:read'] })).body as { secret: string };
      const me = (api: RunningApi, headers: Record<string, string>) => () => request(api.server).get('/v1/me').set(headers);
      return [...(await times(limit, me(first, session))), ...(await times(limit, me(second, { Authorization: `Bearer ${secret}` })))];
    });
    // Making the key was a request too.
    const { admitted, codes: refusals } = codes(answers);
    expect(admitted).toBe(limit - 1);
    expect(refusals).toEqual(['capacity.requests']);
  });

  it('is told how he stands, when to come back, and by which limit', async () => {
    const answers = await withinOneMinute(async () => {
      const session = await first.signedIn(await first.person('member'));
      return times(limit + 1, () => request(first.server).get('/v1/me').set(session));
    });
    const remaining = answers.map(({ headers }) => Number(/^"person";r=(\d+);t=\d+$/.exec((headers as Record<string, string>)['ratelimit'] ?? '')?.[1]));
    expect(remaining.toSorted((a, b) => a - b)).toEqual([0, ...Array.from({ length: limit }, (_, left) => left)]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body).toMatchObject({ code: 'capacity.requests', retryable: true, limit: { name: 'requestsPerPersonMinute', value: limit } });
    expect(refused.headers['ratelimit-policy']).toBe(`"person";q=${limit};w=60`);
    const seconds = Number(refused.headers['retry-after']);
    expect(refused.headers['ratelimit']).toBe(`"person";r=0;t=${seconds}`);
    // Until the database's minute turns: the time that is told is the time that it takes.
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  it('takes nothing from another', async () => {
    const [one, other] = [await first.signedIn(await first.person('member')), await first.signedIn(await first.person('member'))];
    await times(limit + 5, () => request(first.server).get('/v1/me').set(one));
    await request(first.server).get('/v1/me').set(other).expect(200);
  });

  it('causes a write for a twentieth of his requests, and none for those that are refused', async () => {
    const asked = async () => Number((await first.transactions.manager.query<[{ asked: string }]>(`select coalesce(sum(asked), 0) as asked from request_rates`))[0].asked);
    await withinOneMinute(async () => {
      const session = await first.signedIn(await first.person('member'));
      const before = await asked();
      await times(3 * limit, () => request(first.server).get('/v1/me').set(session));
      // Shares of two, and one that was asked for in vain.
      expect((await asked()) - before).toBeLessThanOrEqual(limit + 2);
    });
  });
});

describe('an address of strangers', () => {
  const signIn = (api: RunningApi, address: string) => () => request(api.server).post('/v1/sessions').set({ 'X-Flux-Request': '1', 'X-Forwarded-For': address }).send({ token: 'x'.repeat(43) });

  it('is admitted the limit of sign-ins and of unknown keys in a minute through both processes', async () => {
    const answers = await withinOneMinute(async () => {
      const address = nextAddress();
      const guess = () => request(second.server).get('/v1/me').set({ Authorization: 'Bearer flux_wrong', 'X-Forwarded-For': address });
      return [...(await times(limit / 2, signIn(first, address))), ...(await times(limit, guess))];
    });
    expect(codes(answers)).toEqual({ admitted: limit, codes: ['capacity.address'] });
    expect(new Set(answers.filter(({ status }) => status !== 429).map(({ status }) => status))).toEqual(new Set([401]));
  });

  it('does not keep those out who are known, nor other addresses, nor balancers', async () => {
    const address = nextAddress();
    const session = await first.signedIn(await first.person('member'));
    await times(limit + 1, signIn(first, address));
    await request(first.server).get('/v1/me').set({ ...session, 'X-Forwarded-For': address }).expect(200);
    await signIn(first, nextAddress())().expect(401);
    for (const answer of await times(2 * limit, () => request(first.server).get('/healthz').set('X-Forwarded-For', address))) expect(answer.status).toBe(200);
  });

  it('cannot be chosen by a caller whom no trusted proxy speaks for', async () => {
    const answers = await withinOneMinute(async () => {
      const proxy = nextAddress();
      // The last address that a trusted proxy saw counts, whatever stands before it.
      return times(limit + 10, () => signIn(first, `${nextAddress()}, ${proxy}`)());
    });
    expect(codes(answers).admitted).toBe(limit);
  });

  it('stands in no row, and its minutes are removed when they are over', async () => {
    const address = nextAddress();
    await signIn(first, address)();
    const rows = await first.transactions.manager.query<{ row: string }[]>(`select encode(subject, 'escape') || r::text as row from request_rates r`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ row }) => row).join('\n')).not.toContain(address);
    expect(first.logged()).not.toContain(address);
    await first.transactions.manager.query(`update request_rates set minute_ends_at = now() - interval '1 second'`);
    await signIn(first, nextAddress())();
    const counter = first.app.get(RateCounter, { strict: false });
    await counter.forget();
    expect((await first.transactions.manager.query<unknown[]>(`select 1 from request_rates where minute_ends_at < clock_timestamp()`)).length).toBe(0);
  });
});
