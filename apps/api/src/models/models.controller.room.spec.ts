import { type AnnouncedModel, modelRoutes, newId, type WorkerAnnouncement } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Registry } from 'prom-client';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { PoolService } from '../pools/index.js';
import { METRICS } from '../process.js';
import { as, type Room, roomOf } from '../testing/room.js';
import { ModelService, ModelsModule } from './index.js';

const limits = { sideMin: 64, aspectMax: 8, referencesMax: 3 };
const free: AnnouncedModel = { id: 'klein', family: 'flux2-klein', licence: { id: 'Apache-2.0', name: 'Apache License 2.0', requiresAcceptance: false }, limits };
const closed: AnnouncedModel = { id: 'kontext', family: 'flux-kontext', licence: { id: 'LicenseRef-FLUX-NC', name: 'FLUX non-commercial', requiresAcceptance: true }, limits };

let room: Room;
const administrator = newId('person');
const workers = [newId('worker'), newId('worker')] as const;
const announce = (models: readonly AnnouncedModel[], workerId: string = workers[0], engines: WorkerAnnouncement['engines'] = ['exact', 'diffusion']) =>
  room.app.get(PoolService, { strict: false }).announce({ workerId, pool: 'shared', epoch: '1', publicKey: 'AA==', engines, models: [...models], slots: 1, isolation: 'bubblewrap', build: 'spec' });

beforeAll(async () => {
  room = await roomOf([ModelsModule], { pools: [{ name: 'shared', engines: ['exact', 'diffusion'], credential: 'c'.repeat(32) }] });
  await room.transactions.manager.query(`INSERT INTO people (id, name, email, role, seated) VALUES ($1, 'Admin', 'admin@example.test', 'administrator', true)`, [administrator]);
  await announce([closed, free]);
});
afterAll(() => room.close());

type Role = 'administrator' | 'auditor' | 'member';
const call = (method: 'get' | 'put' | 'delete', path: string, role?: Role) => {
  const asked = request(room.app.getHttpServer() as App)[method](path);
  return role ? asked.set(as(role, administrator)) : asked;
};
const list = async (role: Role) => modelRoutes.list.responses[200].schema.parse((await call('get', '/v1/models', role)).body).models;
const put = (id: string, body: object, role: Role = 'administrator') => call('put', `/v1/admin/models/${id}/licence`, role).send(body);
const usable = async () => [...(await room.app.get(ModelService, { strict: false }).usable())].toSorted();
const audited = async (name: string) =>
  (await room.transactions.manager.query<{ body: Buffer }[]>('select body from audit_outbox where name = $1 order by id', [name])).map(({ body }) => (JSON.parse(body.toString('utf8')) as { payload: object }).payload);

describe('GET /v1/models', () => {
  it('200: what is loaded, where, under which licence, and whether it may be used', async () => {
    expect(await list('member')).toEqual([
      { id: 'klein', family: 'flux2-klein', licence: free.licence, pools: ['shared'], withheldBy: [], usable: true },
      { id: 'kontext', family: 'flux-kontext', licence: closed.licence, pools: ['shared'], withheldBy: [], usable: false },
    ]);
    expect(await usable()).toEqual(['klein']);
  });

  it('401 without a principal', async () => {
    expect((await call('get', '/v1/models')).status).toBe(401);
  });

  it('withholds a model that not every worker of the pool has, because any of them may take the ticket, and says so', async () => {
    const figure = async () => (await room.app.get<Registry>(METRICS, { strict: false }).getSingleMetricAsString('pool_models_withheld')).split('\n').at(-1);
    const paid = { ...free, licence: { ...free.licence, id: 'LicenseRef-other' } };
    expect(await figure()).toBe('pool_models_withheld{pool="shared"} 0');
    await announce([paid], workers[1]);
    expect((await list('member')).map(({ id, pools, withheldBy, usable }) => [id, pools, withheldBy, usable])).toEqual([['klein', [], ['shared'], false], ['kontext', [], ['shared'], false]]);
    expect(await usable()).toEqual([]);
    expect(await figure()).toBe('pool_models_withheld{pool="shared"} 2');
    await announce([free], workers[1]);
    expect((await list('member')).map(({ id, pools }) => [id, pools])).toEqual([['klein', ['shared']], ['kontext', []]]);
    await announce([], workers[1], ['exact']);
    expect((await list('member')).map(({ id, withheldBy }) => [id, withheldBy])).toEqual([['klein', []], ['kontext', []]]);
  });
});

describe('PUT /v1/admin/models/{modelId}/licence', () => {
  it('403: nobody but an administrator opens a model', async () => {
    for (const role of ['auditor', 'member'] as const) expect((await put('kontext', { reference: 'contract 4711' }, role)).status).toBe(403);
    expect((await call('put', '/v1/admin/models/kontext/licence').send({ reference: 'contract 4711' })).status).toBe(401);
    expect(await usable()).toEqual(['klein']);
  });

  it('400: a click is not a licence', async () => {
    for (const body of [{}, { reference: '' }, { reference: '   ' }, { reference: 'x\u0000y' }, { accepted: true }]) expect((await put('kontext', body)).status).toBe(400);
    expect((await put('../x', { reference: 'contract 4711' })).status).toBe(404);
    expect(await usable()).toEqual(['klein']);
  });

  it('422 for a model that is not loaded, 409 for one that needs no licence', async () => {
    expect([(await put('other', { reference: 'contract 4711' })).status, (await put('klein', { reference: 'contract 4711' })).status]).toEqual([422, 409]);
  });

  it('200: opens the model, and the log binds the reference without saying it', async () => {
    const answer = await put('kontext', { reference: 'contract 4711' });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ id: 'kontext', usable: true, acceptance: expect.objectContaining({ reference: 'contract 4711', acceptedBy: administrator }) })]);
    expect(await usable()).toEqual(['klein', 'kontext']);
    expect(await audited('model.licence_accepted')).toEqual([{ model: 'kontext', licence: 'LicenseRef-FLUX-NC', referenceSha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect((await list('auditor'))[1]?.acceptance?.reference).toBe('contract 4711');
    expect((await list('member'))[1]?.acceptance).toBeUndefined();
  });

  it('does not open another licence under the same name', async () => {
    await announce([free, { ...closed, licence: { ...closed.licence, id: 'LicenseRef-FLUX-NC-2' } }]);
    expect(await usable()).toEqual(['klein']);
    await announce([free, closed]);
    expect(await usable()).toEqual(['klein', 'kontext']);
  });
});

describe('DELETE /v1/admin/models/{modelId}/licence', () => {
  it('204: closes the model again, once in the log', async () => {
    expect((await call('delete', '/v1/admin/models/kontext/licence', 'member')).status).toBe(403);
    for (let times = 0; times < 2; times++) expect((await call('delete', '/v1/admin/models/kontext/licence', 'administrator')).status).toBe(204);
    expect(await usable()).toEqual(['klein']);
    expect(await audited('model.licence_withdrawn')).toEqual([{ model: 'kontext' }]);
  });
});
