import { newId } from '@flux-context/contracts';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestDatabase } from '@flux-context/testkit';
import { Secret } from '@flux-context/runtime';
import { apiDatabase } from '../testing/database.js';
import { CONFIG } from '../process.js';
import { settingsFor } from '../testing/settings.js';
import { DatabaseModule, Transactions } from '../database/index.js';
import { AuditModule, AuditService } from './index.js';

let database: TestDatabase;
let room: TestingModule;
let audit: AuditService;
let transactions: Transactions;
beforeAll(async () => {
  database = await apiDatabase();
  class Process {}
  const providers = [{ provide: CONFIG, useValue: settingsFor(database.url) }];
  room = await Test.createTestingModule({ imports: [{ module: Process, global: true, providers, exports: providers }, DatabaseModule.connect({ url: new Secret(database.url), poolMax: 3 }), AuditModule] }).compile();
  audit = room.get(AuditService);
  transactions = room.get(Transactions);
});
afterAll(async () => {
  await room.close();
  await database.drop();
});

const rows = () => transactions.manager.query<{ name: string; actor_id: string; body: Buffer }[]>('select name, actor_id, body from audit_outbox order by id');

describe('AuditService.append', () => {
  const personId = newId('person');

  it('writes the whole event as canonical bytes', async () => {
    await transactions.run((tx) => audit.append(tx, 'person.created', { subject: personId, role: 'member' }, { kind: 'person', personId }));
    const [row] = await rows();
    expect(row).toMatchObject({ name: 'person.created', actor_id: personId });
    expect(row?.body.toString('utf8')).toMatch(/^\{"actor":\{"kind":"person","personId":"per_[0-9a-f]{32}"\},"at":"[^"]+","id":"evt_[0-9a-f]{32}","name":"person.created","payload":\{"role":"member","subject":"per_[0-9a-f]{32}"\},"version":1\}$/);
  });

  it('leaves nothing behind when the transaction fails', async () => {
    const before = await rows();
    const failing = transactions.run(async (tx) => {
      await audit.append(tx, 'person.deactivated', { subject: personId }, { kind: 'system' });
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await rows()).toEqual(before);
  });

  it('refuses a payload that says more than its schema', async () => {
    const talkative = { subject: personId, instruction: 'paint my house' };
    await expect(transactions.run((tx) => audit.append(tx, 'person.deactivated', talkative, { kind: 'system' }))).rejects.toThrow();
  });
});
