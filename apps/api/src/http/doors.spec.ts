import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CodedError } from '@flux-context/runtime';
import { Controller, type ExecutionContext, Get, type INestApplication } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { personRoutes } from '@flux-context/contracts';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { z } from 'zod';
import { doorsOf, testRoute } from '../testing/doors.js';
import { DoorGuard } from './door.guard.js';
import { Answer, BytesAnswer, Door, EventsAnswer, HangUp, Input, type InputOf, PrincipalSources, RequestRates, Upload, type UploadForm } from './index.js';

const base = { tag: 'Test', summary: 'test', responses: { 200: { description: 'ok' } }, errors: [] } as const;
const routes = {
  open: testRoute({ ...base, id: 'open', method: 'GET', path: '/v1/open', access: { public: 'test' } }),
  write: testRoute({
    ...base, id: 'write', method: 'POST', path: '/v1/things/{thing}', access: { allow: 'edit:create' },
    params: z.object({ thing: z.string().regex(/^[a-z]+$/) }), query: z.object({ n: z.coerce.number().int().max(5).default(1) }),
    headers: z.object({ 'x-mood': z.enum(['good']).optional() }),
    body: { contentType: 'application/json', schema: z.strictObject({ words: z.string().max(5) }) }, responses: { 201: { description: 'made' } },
  }),
  bytes: testRoute({ ...base, id: 'bytes', method: 'GET', path: '/v1/bytes/{when}', access: { public: 'test' }, params: z.object({ when: z.string() }) }),
  events: testRoute({ ...base, id: 'events', method: 'GET', path: '/v1/events/{when}', access: { public: 'test' }, params: z.object({ when: z.string() }) }),
  broken: testRoute({ ...base, id: 'broken', method: 'GET', path: '/v1/broken/{how}', access: { public: 'test' }, params: z.object({ how: z.string() }) }),
  upload: testRoute({ ...base, id: 'upload', method: 'POST', path: '/v1/uploads', access: { allow: 'edit:create' }, responses: { 201: { description: 'kept' } } }),
  wait: testRoute({ ...base, id: 'wait', method: 'GET', path: '/v1/wait', access: { public: 'test' } }),
};

const seen: unknown[] = [];

async function* counting(failAt?: string): AsyncGenerator<Buffer> {
  if (failAt === 'first') throw new CodedError('edit.result_gone', { editId: 'edt_1' });
  yield Buffer.from('one,');
  if (failAt === 'second') throw new Error('a secret sentence');
  yield Buffer.from('two');
}

@Controller()
class TestController {
  @Door(routes.open)
  open() {
    return new Answer(203, { well: true }, { 'X-Extra': 'yes' });
  }

  @Door(routes.write)
  write(@Input() input: InputOf<typeof routes.write>) {
    return input;
  }

  @Door(routes.bytes)
  bytes(@Input() { params }: InputOf<typeof routes.bytes>) {
    return new BytesAnswer({ status: 200, headers: { 'Content-Type': 'image/png' }, bytes: counting(params.when), sent: (whole) => seen.push(whole) });
  }

  @Door(routes.events)
  events(@Input() { params }: InputOf<typeof routes.events>) {
    async function* told() {
      if (params.when === 'first') throw new CodedError('edit.not_found');
      yield { event: 'status', data: { step: 1 } };
      yield { event: 'status', data: { step: 2, words: 'two\nlines' } };
    }
    return new EventsAnswer(told());
  }

  @Door(routes.broken)
  broken(@Input() { params }: InputOf<typeof routes.broken>): never {
    if (params.how === 'busy') throw new CodedError('capacity.parcels', { retryAfterSeconds: 2.2, limit: { name: 'parcelBytesMax', value: 9 } });
    if (params.how === 'database') throw Object.assign(new Error('connect'), { driverError: { code: 'ECONNREFUSED' } });
    throw new TypeError('a secret sentence');
  }

  @Door(routes.upload)
  async upload(@Upload() form: UploadForm) {
    await form.read({ fields: {}, files: { image: { bytesMax: 1_000_000 } }, filesBytesMax: 1_000_000, reserve: () => {} });
    return {};
  }

  @Door(routes.wait)
  async wait(@HangUp() hangUp: AbortSignal) {
    seen.push('waiting');
    await once(hangUp, 'abort');
    seen.push('hung up');
    return {};
  }
}

let app: INestApplication;
let lines: string[];
let server: App;
beforeAll(async () => {
  ({ app, lines } = await doorsOf([TestController]));
  server = app.getHttpServer() as App;
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

const code = (answer: request.Response) => (answer.body as { code?: string }).code;
const key = { Authorization: 'Bearer key-edit.create' };

describe('the guard', () => {
  it('lets a known caller with the permission in, by key or by session from the portal', async () => {
    const path = '/v1/things/abc?n=2';
    const byKey = await request(server).post(path).set(key).send({ words: 'hi' });
    expect([byKey.status, byKey.body]).toEqual([201, { params: { thing: 'abc' }, query: { n: 2 }, headers: {}, body: { words: 'hi' } }]);
    const bySession = await request(server).post(path).set({ Cookie: 'who=edit.create', 'X-Flux-Request': '1', 'Sec-Fetch-Site': 'same-origin' }).send({ words: 'hi' });
    expect(bySession.status).toBe(201);
  });

  it.each([
    ['nobody', {}, 401, 'principal.missing'],
    ['an unknown key, even beside a good cookie', { Authorization: 'Bearer key-nobody', Cookie: 'who=edit.create', 'X-Flux-Request': '1' }, 401, 'principal.missing'],
    ['another permission', { Authorization: 'Bearer key-edit.read' }, 403, 'principal.forbidden'],
    ['a session without the header', { Cookie: 'who=edit.create' }, 403, 'request.cross_site'],
    ['a session from another site', { Cookie: 'who=edit.create', 'X-Flux-Request': '1', 'Sec-Fetch-Site': 'cross-site' }, 403, 'request.cross_site'],
    ['a session from a sister site', { Cookie: 'who=edit.create', 'X-Flux-Request': '1', 'Sec-Fetch-Site': 'same-site' }, 403, 'request.cross_site'],
  ])('refuses %s', async (_who, headers, status, expected) => {
    const answer = await request(server).post('/v1/things/abc').set(headers).send({ words: 'hi' });
    expect([answer.status, code(answer)]).toEqual([status, expected]);
  });
});

describe('the guard alone', () => {
  it('refuses a handler without a door', async () => {
    const context = { getHandler: () => () => ({}), switchToHttp: () => ({ getRequest: () => ({ method: 'GET', headers: {} }), getResponse: () => ({}) }) } as unknown as ExecutionContext;
    await expect(new DoorGuard(new Reflector(), new PrincipalSources(), new RequestRates()).canActivate(context)).rejects.toMatchObject({ code: 'internal.unexpected' });
  });
});

describe('input', () => {
  it('names path and rule of every fault and not a word of what was sent', async () => {
    const answer = await request(server).post('/v1/things/SECRET1?n=SECRET4').set(key).send({ words: 'SECRET2', SECRET3: 1 });
    expect(answer.status).toBe(400);
    expect((answer.body as { faults: unknown }).faults).toEqual([
      { path: 'params.thing', rule: 'must have the documented form' },
      { path: 'query.n', rule: 'must be number' },
      { path: 'body.words', rule: 'at most 5' },
      { path: 'body', rule: 'has members that are not known here' },
    ]);
    expect(answer.text + lines.join('')).not.toMatch(/SECRET/);
  });

  it.each([
    ['a header that is not allowed', { 'X-Mood': 'bad' }, '{"words":"hi"}', 400, 'request.header_invalid'],
    ['broken JSON', {}, '{"words":', 400, 'request.malformed'],
    ['another type', { 'Content-Type': 'text/plain' }, 'hi', 415, 'request.media_type'],
    ['a packed body', { 'Content-Encoding': 'gzip' }, '{}', 415, 'request.media_type'],
    ['more than 256 KiB', {}, JSON.stringify({ words: 'x'.repeat(262_144) }), 413, 'request.too_large'],
  ])('refuses %s', async (_what, headers, body, status, expected) => {
    const answer = await request(server).post('/v1/things/abc').set({ 'Content-Type': 'application/json', ...key, ...headers }).send(body);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
  });

  it('takes a doubled query parameter as a fault, not as a choice', async () => {
    const answer = await request(server).post('/v1/things/abc?n=1&n=2').set(key).send({ words: 'hi' });
    expect(answer.status).toBe(400);
  });
});

describe('problems', () => {
  it('are problem+json with the request id of the header', async () => {
    const answer = await request(server).get('/v1/nowhere');
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toEqual({
      type: 'urn:flux-context:error:request.not_found', title: 'There is nothing at this address.', status: 404, code: 'request.not_found', retryable: false,
      requestId: answer.headers['x-request-id'],
    });
  });

  it.each([
    ['DELETE', '/v1/open', 405, 'request.method_not_allowed'],
    ['GET', '/v1/bytes/%E0%A4%A', 400, 'request.malformed'],
    ['GET', '/', 404, 'request.not_found'],
  ])('answer %s %s with %i', async (method, path, status, expected) => {
    const answer = await request(server)[method === 'GET' ? 'get' : 'delete'](path);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    if (status === 405) expect(answer.headers['allow']).toBe('GET');
  });

  it.each([
    ['a body too large', key, 413],
    ['a stranger', {}, 401],
  ])('reach %s who is still sending, and the connection lives on', async (_who, headers, status) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (let turn = 0; turn < 2; turn++) {
        const answer = await request(server).post('/v1/uploads').agent(agent).set(headers).attach('image', Buffer.alloc(4_000_000), 'x');
        expect(answer.status).toBe(status);
      }
    } finally {
      agent.destroy();
    }
  });

  it('tell when to come back and which limit was met', async () => {
    const answer = await request(server).get('/v1/broken/busy');
    expect([answer.status, answer.headers['retry-after'], (answer.body as { limit: unknown }).limit]).toEqual([429, '3', { name: 'parcelBytesMax', value: 9 }]);
  });

  it('say nothing of an error that is not ours, here and in the log', async () => {
    const answer = await request(server).get('/v1/broken/unknown');
    expect([answer.status, code(answer)]).toEqual([500, 'internal.unexpected']);
    expect(lines.some((line) => line.includes('TypeError') && line.includes(answer.get('X-Request-Id') ?? 'none'))).toBe(true);
    expect(answer.text + lines.join('')).not.toContain('a secret sentence');
  });

  it('name a lost database, which may be back later', async () => {
    expect(code(await request(server).get('/v1/broken/database'))).toBe('internal.database');
  });
});

describe('answers', () => {
  it('carry their own status and headers', async () => {
    const answer = await request(server).get('/v1/open');
    expect([answer.status, answer.headers['x-extra'], answer.body]).toEqual([203, 'yes', { well: true }]);
  });

  it('of bytes tell that all were sent', async () => {
    seen.length = 0;
    const answer = await request(server).get('/v1/bytes/whole');
    expect([answer.headers['content-type'], (answer.body as Buffer).toString(), seen]).toEqual(['image/png', 'one,two', [true]]);
  });

  it('of bytes are a problem when they fail before the first one', async () => {
    seen.length = 0;
    const answer = await request(server).get('/v1/bytes/first');
    expect([answer.status, code(answer), (answer.body as { editId: string }).editId, seen]).toEqual([410, 'edit.result_gone', 'edt_1', [false]]);
  });

  it('of bytes break the connection when they fail later, so that half a picture is never taken for one', async () => {
    seen.length = 0;
    await expect(request(server).get('/v1/bytes/second')).rejects.toThrow(/aborted|hang up|terminated/);
    expect(seen).toEqual([false]);
  });

  it('of events come one by one and end', async () => {
    const answer = await request(server).get('/v1/events/all');
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(answer.text).toBe('event: status\ndata: {"step":1}\n\nevent: status\ndata: {"step":2,"words":"two\\nlines"}\n\n');
    expect((await request(server).get('/v1/events/first')).status).toBe(404);
  });

  it('are not waited for by a caller who hung up', async () => {
    seen.length = 0;
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const call = httpRequest({ port, host: '127.0.0.1', path: '/v1/wait' }).on('error', () => {});
    call.end();
    while (seen.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    call.destroy();
    for (let i = 0; i < 200 && seen.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual(['waiting', 'hung up']);
  });
});

describe('the boot check', () => {
  it('refuses two handlers of one route', async () => {
    @Controller()
    class Twice {
      @Door(personRoutes.list)
      once() {
        return {};
      }

      @Door(personRoutes.list)
      again() {
        return {};
      }
    }
    await expect(doorsOf([Twice])).rejects.toThrow('listPeople has 2 handlers');
  });

  it('refuses a handler without a door', async () => {
    @Controller()
    class Open {
      @Get('/v1/forgotten')
      forgotten() {
        return {};
      }
    }
    await expect(doorsOf([Open])).rejects.toThrow('Open.forgotten has no @Door');
  });
});
