import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPerson, type LedgerRoom, ledgerRoom, setClock, takeClock } from '../testing/ledger.js';

let room: LedgerRoom;
beforeAll(async () => {
  room = await ledgerRoom();
  await takeClock(room.transactions.manager, '2026-01-31T00:00:00Z');
});
afterAll(() => room.close());

const events = async () =>
  (await room.transactions.manager.query<{ body: Buffer }[]>('select body from audit_outbox order by id')).map(
    (row) => JSON.parse(row.body.toString('utf8')) as { name: string; actor: object; payload: object },
  );

describe('the clockwork of the ledger', () => {
  it('grants the new month and lapses the old one when nobody edits, once however many do it', async () => {
    await room.transactions.run((tx) =>
      room.allowances.set(tx, { edits: 7, timeZone: 'Europe/Berlin', startsAt: new Date('2026-01-31T00:00:00Z'), endsAt: new Date('2027-01-31T00:00:00Z') }),
    );
    await setClock(room.transactions.manager, '2026-02-27T22:59:59Z');
    await Promise.all([room.keeper.turn(), room.keeper.turn(), room.keeper.turn()]);
    expect(await events()).toHaveLength(1);
    await setClock(room.transactions.manager, '2026-02-27T23:00:00Z');
    await Promise.all([room.keeper.turn(), room.keeper.turn(), room.keeper.turn()]);
    expect((await events()).slice(1)).toMatchObject([
      { name: 'quota.granted', actor: { kind: 'system' }, payload: { kind: 'monthly', amount: 7 } },
      { name: 'quota.expired', actor: { kind: 'system' }, payload: { amount: 7 } },
    ]);
    expect(await room.keeper.figures()).toEqual({ available: 7, pending: 0, violations: 0 });
    expect(await room.metrics()).toMatch(/^quota_available_edits 7$[^]*^quota_pending_edits 0$[^]*^quota_ledger_violations 0$/m);
  });

  it('tells the audit log about refusals in one sum', async () => {
    const guest = await addPerson(room.transactions.manager, false);
    const reserve = () => room.transactions.run((tx) => room.quotas.reserve(tx, { editId: newId('edit'), personId: guest }));
    await Promise.allSettled(Array.from({ length: 8 }, reserve));
    await room.keeper.turn();
    await room.keeper.turn();
    expect((await events()).filter((event) => event.name === 'quota.refused')).toMatchObject([{ payload: { count: 5 } }]);
  });

  it('finds and logs what does not add up', async () => {
    const manager = room.transactions.manager;
    await manager.query(`update accounts set granted = granted + 1 where owner = 'organisation'`);
    await room.keeper.check();
    expect(await room.keeper.figures()).toMatchObject({ violations: 2 });
    expect(room.logged.filter((line) => line.includes('the ledger contradicts itself'))).toHaveLength(2);
    await manager.query(`update accounts set granted = granted - 1 where owner = 'organisation'`);
    await room.keeper.check();
    expect(await room.keeper.figures()).toMatchObject({ violations: 0 });
  });
});
