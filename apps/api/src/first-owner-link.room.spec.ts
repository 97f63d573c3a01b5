import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { CONFIG } from './process.js';
import type { Config } from './config.js';
import { firstOwnerLink } from './first-owner-link.js';
import { type RunningApi, startApi } from './testing/app.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('firstOwnerLink', () => {
  it('signs the first owner in, once', async () => {
    const link = await firstOwnerLink(api.app.get<Config>(CONFIG, { strict: false }));
    const signIn = () => request(api.server).post('/v1/sessions').set('X-Flux-Request', '1').send({ token: link.split('#sign-in=')[1] });
    expect((await signIn().expect(201)).body).toMatchObject({ person: { id: api.owner.id, role: 'owner' } });
    await signIn().expect(401);
  });
});
