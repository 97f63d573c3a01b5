import { balance, newId, quotaRoutes } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { addPack, addPerson, type LedgerRoom, ledgerRoom } from '../testing/ledger.js';
import { as } from '../testing/room.js';

let room: LedgerRoom;
let seated: string;
let guest: string;
let guestEdit: string;
beforeAll(async () => {
  room = await ledgerRoom();
  seated = await addPerson(room.transactions.manager, true);
  guest = await addPerson(room.transactions.manager, false);
  await addPack(room, 40);
  guestEdit = newId('edit');
  await room.transactions.run((tx) => room.quotas.reserve(tx, { editId: guestEdit, personId: guest }));
  await room.transactions.run((tx) => room.quotas.commit(tx, guestEdit));
});
afterAll(() => room.close());

const get = (path: string) => request(room.app.getHttpServer() as App).get(path);
interface Accounts { accounts: { id: string; personId: string | null }[] }
const accounts = async () => ((await get('/v1/admin/quotas').set(as('auditor', seated))).body as Accounts).accounts;
const entriesOf = async (personId: string | null) => `/v1/admin/quotas/${(await accounts()).find((account) => account.personId === personId)?.id ?? ''}/entries`;

describe('GET /v1/balance', () => {
  it('200: a seated person spends from the organisation', async () => {
    const { status, body } = await get('/v1/balance').set(as('member', seated));
    expect(status).toBe(200);
    expect(balance.parse(body)).toMatchObject({ account: 'organisation', available: 40, used: 0, grants: [{ kind: 'pack', remaining: 40, expiresAt: null }] });
  });

  it('200: a person without a seat has three trial edits of his own', async () => {
    const { body } = await get('/v1/balance').set(as('member', guest));
    expect(balance.parse(body)).toMatchObject({ account: 'person', available: 2, used: 1, pending: 0, granted: 3, grants: [{ kind: 'trial', amount: 3, remaining: 2 }] });
  });

  it('401 without a principal', async () => {
    expect((await get('/v1/balance')).status).toBe(401);
  });
});

describe('GET /v1/admin/quotas', () => {
  it('200: the organisation first, then people', async () => {
    const { status, body } = await get('/v1/admin/quotas').set(as('auditor', seated));
    expect(status).toBe(200);
    expect(quotaRoutes.accounts.responses[200].schema.parse(body)).toMatchObject({
      accounts: [{ personId: null, granted: 40, posted: 0, pending: 0 }, { personId: guest, granted: 3, posted: 1, pending: 0 }],
    });
  });

  it('401 without a principal, 403 for a member', async () => {
    expect((await get('/v1/admin/quotas')).status).toBe(401);
    expect((await get('/v1/admin/quotas').set(as('member', seated))).status).toBe(403);
  });
});

describe('GET /v1/admin/quotas/{accountId}/entries', () => {
  it('200: every entry, oldest first, page by page', async () => {
    const path = await entriesOf(guest);
    const page = async (query: object) => quotaRoutes.entries.responses[200].schema.parse((await get(path).query(query).set(as('auditor', seated))).body);
    const whole = await page({});
    expect(whole.entries.map(({ kind, amount, editId }) => [kind, amount, editId])).toEqual([['grant', 3, null], ['reserve', 1, guestEdit], ['commit', 1, guestEdit]]);
    expect(whole.next).toBeNull();
    const first = await page({ limit: 2 });
    expect(first).toEqual({ entries: whole.entries.slice(0, 2), next: whole.entries[1]?.id });
    expect(await page({ limit: 2, after: first.next })).toEqual({ entries: whole.entries.slice(2), next: null });
  });

  it('200 and empty for an account that does not exist', async () => {
    const { status, body } = await get(`/v1/admin/quotas/${newId('account')}/entries`).set(as('auditor', seated));
    expect({ status, body }).toEqual({ status: 200, body: { entries: [], next: null } });
  });

  it('400 for what is not an account, 401 without a principal, 403 for a member', async () => {
    expect((await get('/v1/admin/quotas/everything/entries').set(as('auditor', seated))).status).toBe(400);
    expect((await get(await entriesOf(guest)).query({ limit: 0 }).set(as('auditor', seated))).status).toBe(400);
    expect((await get(await entriesOf(guest))).status).toBe(401);
    expect((await get(await entriesOf(guest)).set(as('member', guest))).status).toBe(403);
  });
});
