import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '../database/index.js';
import { addPerson, type LedgerRoom, ledgerRoom, setClock, takeClock } from '../testing/ledger.js';

let room: LedgerRoom;
beforeAll(async () => {
  room = await ledgerRoom();
  await takeClock(room.transactions.manager, '2026-01-31T00:00:00Z');
});
afterAll(() => room.close());

/** Each story is told in a transaction that is rolled back, so that it starts with an empty ledger. */
async function story(tell: (tx: Tx, personId: string) => Promise<void>): Promise<void> {
  const end = new Error('end');
  const told = room.transactions.run(async (tx) => {
    await setClock(tx, '2026-01-31T00:00:00Z');
    await tell(tx, await addPerson(tx, true));
    expect(await room.ledger.violations(tx)).toEqual([]);
    throw end;
  });
  await told.catch((error: unknown) => {
    if (error !== end) throw error;
  });
}

const reserve = async (tx: Tx, personId: string) => {
  const editId = newId('edit');
  await room.quotas.reserve(tx, { editId, personId });
  return editId;
};
const spend = async (tx: Tx, personId: string, times = 1) => {
  for (let i = 0; i < times; i++) expect(await room.quotas.commit(tx, await reserve(tx, personId))).toBe(true);
};
const exhausted = (tx: Tx, personId: string) => expect(reserve(tx, personId)).rejects.toMatchObject({ code: 'quota.exhausted' });
const look = async (tx: Tx, personId: string) => {
  await room.upkeep.prepare(tx, personId);
  return room.ledger.balanceOf(tx, personId);
};
/** What happened, as kind, kind of the grant, and units. */
const history = async (tx: Tx) =>
  (await tx.query<{ line: string }[]>(
    `select concat_ws(' ', e.kind, g.kind, e.amount) as line from quota_entries e left join grants g on g.id = e.grant_id order by e.seq`,
  )).map((row) => row.line);

const contract = (edits: number, startsAt = '2026-01-31T00:00:00Z', endsAt = '2027-01-31T00:00:00Z', timeZone = 'UTC') => ({
  edits, timeZone, startsAt: new Date(startsAt), endsAt: new Date(endsAt),
});

describe('a month of the contract', () => {
  it.each([
    ['the 31st is the last day of a shorter month', '2026-01-31T00:00Z', 'UTC', '2026-02-28T00:00Z', '2026-02-28', '2026-03-31T00:00:00.000Z'],
    ['until the last instant before', '2026-01-31T00:00Z', 'UTC', '2026-02-27T23:59:59.999Z', '2026-01-31', '2026-02-28T00:00:00.000Z'],
    ['29 February in a leap year', '2026-01-31T00:00Z', 'UTC', '2028-03-01T00:00Z', '2028-02-29', '2028-03-31T00:00:00.000Z'],
    ['the 31st comes back', '2026-01-31T00:00Z', 'UTC', '2026-04-01T00:00Z', '2026-03-31', '2026-04-30T00:00:00.000Z'],
    ['over the turn of the year', '2026-01-31T00:00Z', 'UTC', '2027-01-30T12:00Z', '2026-12-31', '2027-01-31T00:00:00.000Z'],
    ['the first day belongs whole to the first month', '2026-05-10T15:30Z', 'UTC', '2026-05-10T15:30Z', '2026-05-10', '2026-06-10T00:00:00.000Z'],
    ['midnight in Berlin, winter to summer', '2026-02-28T23:00Z', 'Europe/Berlin', '2026-03-31T22:00Z', '2026-04-01', '2026-04-30T22:00:00.000Z'],
    ['just before midnight in Berlin', '2026-02-28T23:00Z', 'Europe/Berlin', '2026-03-31T21:59:59Z', '2026-03-01', '2026-03-31T22:00:00.000Z'],
    ['far east of Greenwich it is tomorrow', '2026-01-30T10:00Z', 'Pacific/Kiritimati', '2026-02-27T10:00Z', '2026-02-28', '2026-03-30T10:00:00.000Z'],
    ['far west it is still yesterday', '2026-02-01T05:00Z', 'Pacific/Pago_Pago', '2026-02-28T10:59:59Z', '2026-01-31', '2026-02-28T11:00:00.000Z'],
  ])('%s', async (_title, start, zone, at, label, ends) => {
    const [period] = await room.transactions.manager.query<{ label: string; starts: Date; ends: Date }[]>('select * from quota_period($1, $2, $3)', [start, zone, at]);
    expect({ label: period?.label, ends: period?.ends.toISOString() }).toEqual({ label, ends });
    expect(period!.starts.getTime()).toBeLessThanOrEqual(new Date(at).getTime());
  });
});

describe('the allowance', () => {
  it('begins anew each month; what was left lapses; months that nobody saw leave no trace', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(5));
      await spend(tx, personId, 2);
      await setClock(tx, '2026-02-28T00:00:00Z');
      await spend(tx, personId, 5);
      await exhausted(tx, personId);
      await setClock(tx, '2026-06-15T00:00:00Z');
      expect(await look(tx, personId)).toMatchObject({ available: 5, used: 7, grants: [{ kind: 'monthly', expiresAt: '2026-06-30T00:00:00.000Z' }] });
      expect((await history(tx)).filter((line) => !/commit|reserve/.test(line))).toEqual(['grant monthly 5', 'grant monthly 5', 'expire monthly 3', 'grant monthly 5']);
    }));

  it('ends with the contract, in the middle of a month', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(5, '2026-01-31T00:00:00Z', '2026-02-10T00:00:00Z'));
      await setClock(tx, '2026-02-09T23:59:59Z');
      await spend(tx, personId);
      await setClock(tx, '2026-02-10T00:00:00Z');
      await exhausted(tx, personId);
      expect(await look(tx, personId)).toMatchObject({ available: 0, granted: 1, grants: [] });
    }));

  it('is raised at once when new terms give more, and never lowered within its month', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(5));
      await room.allowances.set(tx, contract(8));
      await room.allowances.set(tx, contract(8));
      await room.allowances.set(tx, contract(2));
      expect(await look(tx, personId)).toMatchObject({ available: 8, grants: [{ kind: 'monthly', amount: 5 }, { kind: 'uplift', amount: 3 }] });
      await setClock(tx, '2026-02-28T00:00:00Z');
      expect(await look(tx, personId)).toMatchObject({ available: 2 });
    }));
});

describe('new terms on the first day of a month', () => {
  it('mean the same whether or not the upkeep came before them', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(1));
      await setClock(tx, '2026-02-28T00:00:00Z');
      await room.allowances.set(tx, contract(3));
      expect(await look(tx, personId)).toMatchObject({ available: 3, grants: [{ kind: 'monthly', amount: 1 }, { kind: 'uplift', amount: 2 }] });
    }));
});

describe('burn order', () => {
  it('what expires goes first, the earliest of them before the others; packs last, the older first', () =>
    story(async (tx, personId) => {
      await room.allowances.addPack(tx, { purchaseId: 'older', edits: 1 });
      await setClock(tx, '2026-02-01T00:00:00Z');
      await room.allowances.addPack(tx, { purchaseId: 'newer', edits: 1 });
      await room.allowances.set(tx, contract(1, '2026-01-31T00:00:00Z'));
      await room.allowances.set(tx, contract(1, '2026-01-15T00:00:00Z'));
      const sources = async () => (await tx.query<{ source: string }[]>(`select g.source from quota_entries e join grants g on g.id = e.grant_id where e.kind = 'commit' order by e.seq`)).map((row) => row.source);
      await spend(tx, personId, 4);
      expect(await sources()).toEqual(['2026-01-15', '2026-01-31', 'older', 'newer']);
    }));

  it('the balance lists grants as they will burn', () =>
    story(async (tx, personId) => {
      await room.allowances.addPack(tx, { purchaseId: 'pack', edits: 2 });
      await room.allowances.set(tx, contract(3));
      const editId = await reserve(tx, personId);
      await room.quotas.commit(tx, editId);
      await room.quotas.goodwill(tx, editId);
      expect((await look(tx, personId))?.grants).toMatchObject([{ kind: 'monthly', remaining: 2 }, { kind: 'goodwill', remaining: 1 }, { kind: 'pack', remaining: 2, expiresAt: null }]);
    }));
});

describe('an edit that runs while its unit expires', () => {
  it('is charged to what comes after', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(1));
      const editId = await reserve(tx, personId);
      await setClock(tx, '2026-02-28T00:00:00Z');
      expect(await room.quotas.commit(tx, editId)).toBe(true);
      expect(await history(tx)).toEqual(['grant monthly 1', 'reserve 1', 'grant monthly 1', 'expire monthly 1', 'commit monthly 1']);
    }));

  it('is charged to goodwill when nothing comes after', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(2, '2026-01-31T00:00:00Z', '2026-02-10T00:00:00Z'));
      const [first, second] = [await reserve(tx, personId), await reserve(tx, personId)];
      await setClock(tx, '2026-02-10T00:00:00Z');
      await exhausted(tx, personId);
      expect(await room.quotas.commit(tx, first)).toBe(true);
      expect(await room.quotas.release(tx, second)).toBe(true);
      await exhausted(tx, personId);
      expect(await look(tx, personId)).toMatchObject({ available: 0, pending: 0, used: 1, granted: 1 });
      expect(await history(tx)).toEqual(['grant monthly 2', 'reserve 1', 'reserve 1', 'grant goodwill 1', 'commit goodwill 1', 'release 1', 'expire monthly 2']);
    }));
});

describe('refund', () => {
  const times: [string, string, boolean][] = [
    ['at once', '2026-01-31T00:00:00Z', true],
    ['after 71:59:00', '2026-02-02T23:59:00Z', true],
    ['after 71:59:59.999', '2026-02-02T23:59:59.999Z', true],
    ['after 72:00:00', '2026-02-03T00:00:00Z', false],
    ['after 72:00:01', '2026-02-03T00:00:01Z', false],
    ['after a month', '2026-02-28T00:00:00Z', false],
  ];
  const uses = [0, 1, 8, 9, 10, 11, 12];
  const cases = times.flatMap(([when, at, inTime]) => uses.map((used) => [when, used, at, inTime] as const));

  it.each(cases)('%s and %i edits', (_when, used, at, inTime) =>
    story(async (tx, personId) => {
      await room.allowances.addPack(tx, { purchaseId: 'order', edits: 20 });
      await spend(tx, personId, used);
      await setClock(tx, at);
      const allowed = inTime && used < 10;
      const answer = await room.allowances.refund(tx, 'order');
      expect(answer).toMatchObject(allowed ? { kind: 'refunded' } : { kind: 'refused', reason: inTime ? 'used' : 'late' });
      expect(await look(tx, personId)).toMatchObject({ available: allowed ? 0 : 20 - used, used });
      await setClock(tx, '2026-03-15T00:00:00Z');
      expect(await room.allowances.refund(tx, 'order')).toEqual(allowed ? answer : { kind: 'refused', reason: 'late' });
      expect((await history(tx)).filter((line) => line.startsWith('refund'))).toEqual(allowed ? [`refund pack ${20 - used}`] : []);
    }));

  it('counts the edits that were charged to this purchase, not to others', () =>
    story(async (tx, personId) => {
      await room.allowances.set(tx, contract(15));
      await room.allowances.addPack(tx, { purchaseId: 'order', edits: 20 });
      await spend(tx, personId, 24);
      expect(await room.allowances.refund(tx, 'order')).toMatchObject({ kind: 'refunded' });
      expect(await look(tx, personId)).toMatchObject({ available: 0, used: 24 });
    }));

  it('does not disturb an edit that runs: goodwill pays, and the whole rest is refunded', () =>
    story(async (tx, personId) => {
      await room.allowances.addPack(tx, { purchaseId: 'order', edits: 3 });
      const [first, second] = [await reserve(tx, personId), await reserve(tx, personId)];
      expect(await room.allowances.refund(tx, 'order')).toMatchObject({ kind: 'refunded' });
      await exhausted(tx, personId);
      expect(await room.quotas.commit(tx, first)).toBe(true);
      expect(await room.quotas.release(tx, second)).toBe(true);
      expect(await look(tx, personId)).toMatchObject({ available: 0, pending: 0, used: 1 });
      expect((await history(tx)).slice(3)).toEqual(['refund pack 1', 'grant goodwill 1', 'commit goodwill 1', 'release 1', 'refund pack 2']);
    }));

  it('knows no such purchase', () => story(async (tx) => expect(await room.allowances.refund(tx, 'nothing')).toEqual({ kind: 'refused', reason: 'unknown' })));

  it('a purchase counts once, whoever sends it again', () =>
    story(async (tx, personId) => {
      expect(await room.allowances.addPack(tx, { purchaseId: 'order', edits: 3 })).toBeDefined();
      expect(await room.allowances.addPack(tx, { purchaseId: 'order', edits: 300 })).toBeUndefined();
      expect(await look(tx, personId)).toMatchObject({ available: 3 });
    }));
});
