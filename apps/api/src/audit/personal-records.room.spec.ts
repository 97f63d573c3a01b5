import { auditPerson, newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { type AuditLogRoom, auditLogRoom } from '../testing/audit-log.js';
import { as } from '../testing/room.js';
import { PersonalRecords } from './index.js';

const system = { kind: 'system' } as const;
const ada = { id: newId('person'), name: 'Ada Lovelace', email: 'ada@example.test' };
const grace = { id: newId('person'), name: 'Grace Hopper', email: 'grace@example.test' };
let room: AuditLogRoom;
beforeAll(async () => {
  room = await auditLogRoom();
  await room.transactions.run(async (tx) => {
    await room.audit.append(tx, 'person.created', { subject: ada.id, role: 'member' }, system, ada);
    await room.audit.append(tx, 'person.created', { subject: grace.id, role: 'member' }, system, grace);
    await room.audit.append(tx, 'person.changed', { subject: ada.id }, system, { ...ada, name: 'Ada King' });
    await room.audit.append(tx, 'person.deactivated', { subject: ada.id }, system);
  });
  await room.sequencer.turn();
});
afterAll(() => room.close());

const at = (index: string | number) => request(room.app.getHttpServer() as App).get(`/v1/admin/audit/entries/${index}/person`);
const read = async (index: number) => auditPerson.parse((await at(index).set(as('auditor', newId('person'))).expect(200)).body).personal;

describe('GET /v1/admin/audit/entries/{index}/person', () => {
  it('401 without a principal, 403 for a member, 400 for no number, and no storing', async () => {
    await at(0).expect(401);
    await at(0).set(as('member', newId('person'))).expect(403);
    await at('x').set(as('auditor', newId('person'))).expect(400);
    const { headers } = await at(0).set(as('auditor', newId('person'))).expect(200);
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([3, 4, 5])('404 where nothing was kept: entry %i', async (index) => {
    const { status, body } = await at(index).set(as('auditor', newId('person')));
    expect([status, (body as { code?: string }).code]).toEqual([404, 'audit.not_found']);
  });

  it('tells what somebody was called at that time', async () => {
    expect(await Promise.all([0, 1, 2].map(read))).toEqual([{ name: 'Ada Lovelace', email: ada.email }, { name: 'Grace Hopper', email: grace.email }, { name: 'Ada King', email: ada.email }]);
  });
});

describe('what stands beside the log', () => {
  const rows = () => room.transactions.manager.query<{ event_id: string; sealed: Buffer }[]>('select event_id, sealed from audit_personal_fields order by event_id');

  it('is in no row that can be read, and no part of an entry', async () => {
    for (const { sealed } of await rows()) expect(sealed.toString('latin1')).not.toMatch(/Ada|Grace|example/);
    for (const { body } of await room.transactions.manager.query<{ body: Buffer }[]>('select body from audit_outbox')) expect(body.toString('utf8')).not.toMatch(/Ada|Grace|example/);
  });

  it('does not pass for what stood beside another entry of the same person, and the answer does not say more', async () => {
    const before = await rows();
    const put = (eventId: string, sealed: Buffer) => room.transactions.manager.query('update audit_personal_fields set sealed = $2 where event_id = $1', [eventId, sealed]);
    await room.transactions.manager.query('alter table audit_personal_fields disable trigger append_only');
    await put(before[0]!.event_id, before[2]!.sealed);
    const { status, body } = await at(0).set(as('auditor', newId('person')));
    expect([status, (body as { code?: string }).code]).toEqual([500, 'internal.unexpected']);
    await put(before[0]!.event_id, before[0]!.sealed);
    await room.transactions.manager.query('alter table audit_personal_fields enable always trigger append_only');
  });

  it('leaves nothing when the transaction of the event fails', async () => {
    const before = await rows();
    const failing = room.transactions.run(async (tx) => {
      await room.audit.append(tx, 'person.changed', { subject: ada.id }, system, ada);
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await rows()).toEqual(before);
  });

  it('is gone for one person and there for the other after the key was destroyed; events about him are recorded as before', async () => {
    const earlier = await room.checkpoint();
    await room.app.get(PersonalRecords).erase(ada.id);
    await room.transactions.run((tx) => room.audit.append(tx, 'person.changed', { subject: ada.id }, system, ada));
    await room.sign();
    expect(await Promise.all([0, 1, 2].map(read))).toEqual([null, { name: 'Grace Hopper', email: grace.email }, null]);
    await at(4).set(as('auditor', newId('person'))).expect(404);
    expect(await room.verify(earlier)).toMatchObject({ faults: [], checkpoint: { size: 5 } });
  });
});
