import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entitlement, entitlement, entitlementRoutes, newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { QuotaKeeper } from '../quotas/index.js';
import { SeatService } from '../seats/index.js';
import { as, type Room, roomOf } from '../testing/room.js';
import { draftEntitlement, testVendor } from '../testing/vendor.js';
import { EntitlementService, EntitlementsModule } from './index.js';

const vendor = testVendor();
const someone = newId('person');
let room: Room;
beforeAll(async () => {
  room = await roomOf([EntitlementsModule.trust({ keysDirectory: vendor.keysDirectory })]);
});
afterAll(() => room.close());

const send = (body: object, role: 'administrator' | 'auditor' | 'member' = 'administrator') =>
  request(room.app.getHttpServer() as App).post('/v1/admin/entitlements').set(as(role, someone)).send(body);
const outcome = async (body: object) => {
  const answer = await send(body);
  return [answer.status, (answer.body as { code?: string }).code];
};
const state = async () => ({
  seats: (await room.app.get(SeatService, { strict: false }).list()).seats.limit,
  available: (await room.app.get(QuotaKeeper, { strict: false }).figures()).available,
  imported: (await room.app.get(EntitlementService, { strict: false }).list()).length,
});
const audited = async (name: string) =>
  (await room.transactions.manager.query<{ actor_id: string | null; body: Buffer }[]>('select actor_id, body from audit_outbox where name = $1 order by id', [name])).map(
    (row) => ({ actor: row.actor_id, payload: (JSON.parse(row.body.toString('utf8')) as { payload: object }).payload }),
  );
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();

describe('POST /v1/admin/entitlements', () => {
  it('201: sets the seats, grants the month and the packs, and says so in the audit log', async () => {
    const draft = draftEntitlement({ seats: 9, monthlyEdits: 500, packs: [{ purchaseId: 'one', edits: 30 }, { purchaseId: 'two', edits: 12 }] });
    const answer = await send(vendor.sign(draft));
    expect({ status: answer.status, body: entitlement.parse(answer.body) }).toEqual({ status: 201, body: draft });
    expect(await state()).toEqual({ seats: 9, available: 542, imported: 1 });
    expect(await audited('entitlement.imported')).toEqual([{ actor: someone, payload: { entitlementId: draft.id, seats: 9, monthlyEdits: 500 } }]);
    expect((await audited('quota.granted')).map(({ payload }) => payload)).toMatchObject([{ kind: 'monthly', amount: 500 }, { kind: 'pack', amount: 30 }, { kind: 'pack', amount: 12 }]);
  });

  it('409: the same document again, and 20 times at once, counts once', async () => {
    const document = vendor.sign(draftEntitlement({ seats: 10, monthlyEdits: 600, packs: [{ purchaseId: 'three', edits: 5 }] }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => outcome(document)));
    expect(answers.filter(([status]) => status === 201)).toHaveLength(1);
    expect(answers.filter(([, code]) => code === 'entitlement.imported')).toHaveLength(19);
    expect(await state()).toEqual({ seats: 10, available: 542 + 100 + 5, imported: 2 });
  });

  it('a purchase that a second document repeats is granted once', async () => {
    const before = await state();
    expect(await outcome(vendor.sign(draftEntitlement({ seats: 10, monthlyEdits: 600, packs: [{ purchaseId: 'one', edits: 30 }] })))).toEqual([201, undefined]);
    expect(await state()).toEqual({ ...before, imported: before.imported + 1 });
  });

  const refused: [string, Partial<Entitlement>][] = [
    ['over', { notBefore: day(-3), notAfter: day(-1) }],
    ['not begun', { notBefore: day(1), notAfter: day(3) }],
    ['with dates that are swapped', { notBefore: day(1), notAfter: day(-1) }],
    ['with a time zone that does not exist', { timeZone: 'Mars/Olympus' }],
    ['with an offset as time zone', { timeZone: '+02:00' }],
    ['with a time zone that is an attack', { timeZone: `UTC'; drop table accounts; --` }],
  ];
  it.each(refused)('400: an entitlement %s changes nothing and can be imported when it is right', async (_title, change) => {
    const before = await state();
    expect(await outcome(vendor.sign(draftEntitlement(change)))).toEqual([400, 'entitlement.invalid']);
    expect(await state()).toEqual(before);
  });

  it('400: a forged or foreign document, or what is none', async () => {
    const before = await state();
    const genuine = vendor.sign(draftEntitlement());
    expect(await outcome({ ...genuine, payload: testVendor().sign(draftEntitlement({ seats: 1_000 })).payload })).toEqual([400, 'entitlement.invalid']);
    expect(await outcome(testVendor('other').sign(draftEntitlement()))).toEqual([400, 'entitlement.invalid']);
    expect(await outcome({ ...genuine, extra: true })).toEqual([400, 'request.invalid']);
    expect(await outcome({})).toEqual([400, 'request.invalid']);
    expect(await state()).toEqual(before);
  });

  it('401 without a principal, 403 for who may only read', async () => {
    const document = vendor.sign(draftEntitlement());
    expect((await request(room.app.getHttpServer() as App).post('/v1/admin/entitlements').send(document)).status).toBe(401);
    expect((await send(document, 'auditor')).status).toBe(403);
    expect((await send(document, 'member')).status).toBe(403);
  });
});

describe('GET /v1/admin/entitlements', () => {
  const list = (role: 'auditor' | 'member') => request(room.app.getHttpServer() as App).get('/v1/admin/entitlements').set(as(role, someone));

  it('200: newest first', async () => {
    const newest = draftEntitlement({ organisation: 'Newest' });
    await send(vendor.sign(newest));
    const { status, body } = await list('auditor');
    expect(status).toBe(200);
    expect(entitlementRoutes.list.responses[200].schema.parse(body).entitlements[0]).toEqual(newest);
  });

  it('401 without a principal, 403 for a member', async () => {
    expect((await request(room.app.getHttpServer() as App).get('/v1/admin/entitlements')).status).toBe(401);
    expect((await list('member')).status).toBe(403);
  });
});

describe('the configured file', () => {
  const fileOf = (document: object) => {
    const file = join(mkdtempSync(join(tmpdir(), 'flux-entitlement-')), 'entitlement.json');
    writeFileSync(file, JSON.stringify(document));
    return file;
  };

  it('is imported at start, and every later start leaves it alone', async () => {
    const file = fileOf(vendor.sign(draftEntitlement({ seats: 3, monthlyEdits: 44 })));
    const first = await roomOf([EntitlementsModule.trust({ keysDirectory: vendor.keysDirectory, file })]);
    expect((await first.app.get(QuotaKeeper, { strict: false }).figures()).available).toBe(44);
    expect((await first.app.get(SeatService, { strict: false }).list()).seats.limit).toBe(3);
    const again = first.app.get(EntitlementService, { strict: false });
    await expect(again.import(vendor.sign(draftEntitlement({ id: (await again.list())[0]!.id, notBefore: day(-3), notAfter: day(-1) })), { kind: 'system' })).rejects.toMatchObject({ code: 'entitlement.imported' });
    await first.close();
  });

  it('stops the start when it cannot be verified', async () => {
    const file = fileOf(testVendor('other').sign(draftEntitlement()));
    await expect(roomOf([EntitlementsModule.trust({ keysDirectory: vendor.keysDirectory, file })])).rejects.toMatchObject({ code: 'entitlement.invalid' });
    await expect(roomOf([EntitlementsModule.trust({ file: fileOf(vendor.sign(draftEntitlement())) })])).rejects.toMatchObject({ code: 'entitlement.invalid' });
  });
});
