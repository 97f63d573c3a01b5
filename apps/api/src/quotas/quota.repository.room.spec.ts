import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPack, addPerson, type LedgerRoom, ledgerRoom } from '../testing/ledger.js';

let room: LedgerRoom;
beforeAll(async () => {
  room = await ledgerRoom({ poolMax: 24 });
});
afterAll(() => room.close());

const person = (seated: boolean) => addPerson(room.transactions.manager, seated);
const reserve = async (personId: string, editId = newId('edit')) => {
  await room.transactions.run((tx) => room.quotas.reserve(tx, { editId, personId }));
  return editId;
};
const commit = (editId: string) => room.transactions.run((tx) => room.quotas.commit(tx, editId));
const release = (editId: string) => room.transactions.run((tx) => room.quotas.release(tx, editId));
const violations = () => room.ledger.violations(room.transactions.manager);

describe('many callers at once', () => {
  it.each([2, 16, 64, 256])('%i reservations on a smaller balance: exactly the balance succeeds', async (callers) => {
    const seated = await person(true);
    const { available: left } = await room.quotas.balanceOf(seated);
    for (const editId of await Promise.all(Array.from({ length: left }, () => reserve(seated)))) await commit(editId);
    const edits = Math.floor(callers / 2) + 1;
    await addPack(room, edits - 1);
    const outcomes = await Promise.allSettled(Array.from({ length: callers }, () => reserve(seated)));
    const reserved = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(reserved).toHaveLength(edits - 1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'quota.exhausted' });
    await Promise.all(reserved.map(commit));
    expect(await room.quotas.balanceOf(seated)).toMatchObject({ available: 0, pending: 0 });
    expect(await violations()).toEqual([]);
  });

  it('50 settlements of one edit: one stands', async () => {
    await addPack(room, 2);
    const seated = await person(true);
    const before = await room.quotas.balanceOf(seated);
    const editId = await reserve(seated);
    const settled = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? commit(editId) : release(editId))));
    expect(settled.filter(Boolean)).toHaveLength(1);
    const after = await room.quotas.balanceOf(seated);
    expect(after.pending).toBe(0);
    expect(after.used - before.used + (after.available - before.available + 1)).toBe(1);
    expect(await violations()).toEqual([]);
  });

  it('the last unit of a grant is drawn once; the edit beside it draws from the next grant', async () => {
    const seated = await person(true);
    const { available } = await room.quotas.balanceOf(seated);
    for (let i = 0; i < available; i++) await commit(await reserve(seated));
    await Promise.all(Array.from({ length: 20 }, () => addPack(room, 1)));
    const edits = await Promise.all(Array.from({ length: 20 }, () => reserve(seated)));
    expect(await Promise.all(edits.map(commit))).toEqual(Array.from({ length: 20 }, () => true));
    expect(await room.quotas.balanceOf(seated)).toMatchObject({ available: 0, pending: 0, grants: [] });
    expect(await violations()).toEqual([]);
  });

  it('20 first edits of one person: the trial is granted once', async () => {
    const guest = await person(false);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => reserve(guest)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(3);
    expect(await room.quotas.balanceOf(guest)).toMatchObject({ account: 'person', granted: 3, available: 0, pending: 3 });
    expect(await violations()).toEqual([]);
  });

  it('20 notices about one lost picture: one unit of goodwill', async () => {
    const guest = await person(false);
    const editId = await reserve(guest);
    await commit(editId);
    const given = await Promise.all(Array.from({ length: 20 }, () => room.transactions.run((tx) => room.quotas.goodwill(tx, editId))));
    expect(given.filter((grantId) => grantId !== undefined)).toHaveLength(1);
    expect(await room.quotas.balanceOf(guest)).toMatchObject({ used: 1, available: 3, granted: 4 });
    expect(await violations()).toEqual([]);
  });
});

describe('one caller', () => {
  it('leaves nothing behind when it is refused', async () => {
    const guest = await person(false);
    for (let i = 0; i < 3; i++) await reserve(guest);
    const entries = () => room.transactions.manager.query<unknown[]>('select id from quota_entries');
    const before = await entries();
    await expect(reserve(guest)).rejects.toMatchObject({ code: 'quota.exhausted' });
    expect(await entries()).toEqual(before);
  });

  it('takes the reservation back with the transaction that wanted it', async () => {
    const guest = await person(false);
    const failing = room.transactions.run(async (tx) => {
      await room.quotas.reserve(tx, { editId: newId('edit'), personId: guest });
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await room.quotas.balanceOf(guest)).toMatchObject({ available: 3, pending: 0 });
  });

  it('is not given anything for an edit that was not charged', async () => {
    const guest = await person(false);
    const editId = await reserve(guest);
    await release(editId);
    expect(await room.transactions.run((tx) => room.quotas.goodwill(tx, editId))).toBeUndefined();
    expect(await room.quotas.balanceOf(guest)).toMatchObject({ available: 3, granted: 3 });
  });

  it('cannot settle or reserve what makes no sense', async () => {
    const guest = await person(false);
    await expect(commit(newId('edit'))).rejects.toThrow();
    await expect(release(newId('edit'))).rejects.toThrow();
    const editId = await reserve(guest);
    await expect(reserve(guest, editId)).rejects.toThrow();
    await expect(reserve(newId('person'))).rejects.toMatchObject({ code: 'quota.exhausted' });
    expect(await room.quotas.balanceOf(guest)).toMatchObject({ pending: 1 });
  });

  it('finds its reservation among those that nobody settled', async () => {
    const guest = await person(false);
    const [lost, kept] = [await reserve(guest), await reserve(guest)];
    await commit(kept);
    expect((await room.quotas.reservationsOlderThan(0)).map((reservation) => reservation.editId)).toContain(lost);
    expect((await room.quotas.reservationsOlderThan(0)).map((reservation) => reservation.editId)).not.toContain(kept);
    expect(await room.quotas.reservationsOlderThan(3_600)).toEqual([]);
  });
});

describe('history', () => {
  it.each([
    `update quota_entries set amount = 2`,
    `delete from quota_entries`,
    `truncate quota_entries`,
    `update grants set amount = amount + 1`,
    `update grants set expires_at = 'infinity'`,
    `delete from grants`,
  ])('refuses: %s', async (statement) => {
    await expect(room.transactions.manager.query(statement)).rejects.toThrow('is final');
  });

  it('is checked: what does not add up is found', async () => {
    await expect(
      room.transactions.run(async (tx) => {
        await tx.query(`update accounts set granted = granted + 1 where owner = 'organisation'`);
        expect((await room.ledger.violations(tx)).map((violation) => violation.rule)).toEqual(['the entries add up to the balance', 'the grants add up to the balance']);
        throw new Error('undo');
      }),
    ).rejects.toThrow('undo');
  });

  it('cannot be overdrawn even by hand', async () => {
    await expect(room.transactions.manager.query(`update accounts set pending = granted - posted + 1`)).rejects.toThrow('accounts_never_overspent');
  });
});
