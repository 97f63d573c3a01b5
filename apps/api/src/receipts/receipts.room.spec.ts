import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type ReceiptDocument, receiptDocument, type Report } from '@flux-context/contracts';
import { parseNoteKey, verifyReceipt } from '@flux-context/tree';
import { sha256 } from '../audit/note-signer.js';
import { verifyEd25519 } from '../testing/audit-log.js';
import { EditCaller, editsRoom, png, type EditsRoom, poolCredentials } from '../testing/edits.js';
import { completed, failed, returnAsItCame, SpecWorker } from '../testing/edit-worker.js';
import { ReceiptRetention } from './receipt-retention.js';

const output = Buffer.from('not the picture that was sent');

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom({ REDELIVERY_SECONDS: '60', POOLS: JSON.stringify([{ name: 'shared', engines: ['exact', 'diffusion'], credential: poolCredentials.shared }]) });
  worker = await SpecWorker.start(room, 'shared', [{ id: 'flux', family: 'flux2-klein', licence: { id: 'Apache-2.0', name: 'Apache License 2.0', requiresAcceptance: false }, limits: { sideMin: 1, aspectMax: 8, referencesMax: 3 } }]);
});
afterAll(async () => {
  await worker.stop();
  await room.close();
});
const answering = (change: (report: Report) => Report): SpecWorker['edit'] => async (taken) => void (await taken.report(change(completed(await taken.answer(output)))));
beforeEach(() => {
  worker.edit = answering((report) => report);
});

const hmac = (nonce: string, bytes: Uint8Array) => createHmac('sha256', Buffer.from(nonce, 'hex')).update(bytes).digest('hex');
const events = (editId: string) =>
  room.query<{ payload: Record<string, unknown> }>(`SELECT convert_from(body, 'utf8')::json->'payload' AS payload FROM audit_outbox WHERE name = 'edit.erased' AND convert_from(body, 'utf8') LIKE '%' || $1 || '%'`, [editId]);
const erase = async (caller: EditCaller, editId: string) => {
  await caller.call('DELETE', `/v1/edits/${editId}`);
  await until(async () => (await room.query(`SELECT 1 FROM edits WHERE id = $1 AND state = 'erased'`, [editId])).length === 1);
};

/** As a client does: asks again while it is not ready. */
async function receiptOf(caller: EditCaller, editId: string): Promise<ReceiptDocument> {
  let answer: Response | undefined;
  await until(async () => {
    answer = await caller.get(`/v1/edits/${editId}/receipt`);
    return answer.status !== 409;
  });
  return receiptDocument.parse(await answer!.json());
}
const problemOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];

async function edited(caller: EditCaller, instruction?: string): Promise<{ editId: string; nonce: string }> {
  const answer = await caller.edit(instruction === undefined ? {} : { instruction });
  await answer.arrayBuffer();
  const editId = answer.headers.get('edit-id')!;
  expect(answer.headers.get('receipt-location')).toBe(`/v1/edits/${editId}/receipt`);
  return { editId, nonce: answer.headers.get('receipt-nonce')! };
}

describe('the receipt of an edit', () => {
  it('is issued when it is erased, verifies offline, and ties itself to the files of who has the nonce', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = answering((report) => ({ ...report, build: 'sha256:abc', model: { id: 'flux', licence: 'Apache-2.0' } }) as Report);
    const { editId, nonce } = await edited(caller, 'add a dog');
    expect(await problemOf(await caller.get(`/v1/edits/${editId}/receipt`))).toEqual([409, 'receipt.not_ready']);
    await erase(caller, editId);
    const document = await receiptOf(caller, editId);
    const { receipt, keys } = document;
    expect(receipt).toMatchObject({ editId, personId: caller.personId, pool: 'shared', engine: 'diffusion', isolation: 'process', build: 'sha256:abc', model: { id: 'flux', licence: 'Apache-2.0' }, attestation: 'none', log: 'appliance.local/audit' });
    expect([receipt.inputHmac, receipt.outputHmac]).toEqual([hmac(nonce, png), hmac(nonce, output)]);
    const moments = [receipt.acceptedAt, receipt.settledAt, receipt.deliveredAt!, receipt.erasedAt];
    expect(moments).toEqual(moments.toSorted());
    const [receiptKey, logKey] = [parseNoteKey(sha256, keys.receipt), parseNoteKey(sha256, keys.log)];
    expect((await verifyReceipt({ document, receiptKey, logKey, sha256, verify: verifyEd25519 })).faults).toEqual([]);
    expect(await events(editId)).toHaveLength(1);
    expect(await (await fetch(`${await room.app.getUrl()}/v1/receipts/keys`)).json()).toEqual(keys);
  });

  it('is refused after any change of any of its members, also of those in words', async () => {
    const caller = await EditCaller.join(room);
    const { editId } = await edited(caller);
    await erase(caller, editId);
    const document = await receiptOf(caller, editId);
    const keys = { receiptKey: parseNoteKey(sha256, document.keys.receipt), logKey: parseNoteKey(sha256, document.keys.log), sha256, verify: verifyEd25519 };
    for (const [member, value] of Object.entries(document.receipt)) {
      const receipt = { ...document.receipt, [member]: typeof value === 'string' ? `${value} ` : value === null ? 'x' : null };
      expect((await verifyReceipt({ document: { ...document, receipt: receipt as typeof document.receipt }, ...keys })).faults).toContain('signature');
    }
  });

  it('is one per edit, however often and by whomever it is erased', async () => {
    const caller = await EditCaller.join(room);
    const { editId } = await edited(caller);
    await Promise.all(Array.from({ length: 8 }, () => caller.call('DELETE', `/v1/edits/${editId}`)));
    await erase(caller, editId);
    expect(await room.query(`SELECT 1 FROM receipts WHERE edit_id = $1`, [editId])).toHaveLength(1);
    expect(await events(editId)).toEqual([{ payload: { editId, parcels: 'overwritten', sandboxEnded: true, receiptSha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }]);
  });

  it('needs the audit event and the row: without one there is neither, and the edit stays to be erased', async () => {
    const caller = await EditCaller.join(room);
    const { editId } = await edited(caller);
    await room.query(`ALTER TABLE receipts ADD CONSTRAINT refused CHECK (edit_id <> '${editId}')`);
    try {
      await caller.call('DELETE', `/v1/edits/${editId}`);
      await until(async () => (await caller.get(`/v1/edits/${editId}/result`)).status === 410);
      expect([await events(editId), (await room.query<{ state: string }>(`SELECT state FROM edits WHERE id = $1`, [editId]))[0]!.state]).toEqual([[], 'delivered']);
    } finally {
      await room.query(`ALTER TABLE receipts DROP CONSTRAINT refused`);
    }
  });

  it('is not issued when nobody saw the end of the sandbox, and the log says so', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = answering((report) => ({ ...report, sandboxEnded: false }));
    const { editId } = await edited(caller);
    await erase(caller, editId);
    expect(await problemOf(await caller.get(`/v1/edits/${editId}/receipt`))).toEqual([404, 'receipt.withheld']);
    expect(await events(editId)).toEqual([{ payload: { editId, parcels: 'overwritten', sandboxEnded: false } }]);
  });

  it('is not issued for an edit that failed', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = async (taken) => void (await taken.report(failed('picture.unreadable')));
    const { editId } = (await (await caller.edit()).json()) as { editId: string };
    expect(await problemOf(await caller.get(`/v1/edits/${editId}/receipt`))).toEqual([404, 'receipt.none']);
  });

  it('is its owner’s, and needs somebody who is known', async () => {
    const { editId } = await edited(await EditCaller.join(room));
    expect(await problemOf(await (await EditCaller.join(room)).get(`/v1/edits/${editId}/receipt`))).toEqual([404, 'edit.not_found']);
    expect((await fetch(`${await room.app.getUrl()}/v1/edits/${editId}/receipt`)).status).toBe(401);
    expect((await (await EditCaller.join(room)).get('/v1/edits/x/receipt')).status).toBe(400);
  });

  it('is forgotten after its time, and its hash stays in the log', async () => {
    const caller = await EditCaller.join(room);
    const { editId } = await edited(caller);
    await erase(caller, editId);
    await room.query(`UPDATE receipts SET issued_at = issued_at - interval '401 days' WHERE edit_id = $1`, [editId]);
    await room.query(`UPDATE edits SET erased_at = erased_at - interval '401 days' WHERE id = $1`, [editId]);
    await room.app.get(ReceiptRetention, { strict: false }).forget();
    expect(await problemOf(await caller.get(`/v1/edits/${editId}/receipt`))).toEqual([410, 'receipt.expired']);
    expect((await events(editId))[0]!.payload).toHaveProperty('receiptSha256');
  });
});

describe('the nonce', () => {
  it('is the same for who waits, who asks later and who asks again, and is told nobody once the edit is erased', async () => {
    const caller = await EditCaller.join(room);
    const headers = { 'idempotency-key': newId('request') };
    const first = await caller.edit({ headers });
    await first.arrayBuffer();
    const [editId, nonce] = [first.headers.get('edit-id')!, first.headers.get('receipt-nonce')];
    const again = await caller.edit({ headers });
    const later = await caller.edit({ headers: { ...headers, prefer: 'respond-async' } });
    const result = await caller.get(`/v1/edits/${editId}/result`);
    const { receiptNonce } = (await later.json()) as { receiptNonce: string };
    expect([again, later, result].map((answer) => answer.headers.get('receipt-nonce'))).toEqual([nonce, nonce, nonce]);
    expect(receiptNonce).toBe(nonce);
    await erase(caller, editId);
    expect(await (await caller.get(`/v1/edits/${editId}`)).json()).not.toHaveProperty('receiptNonce');
  });

  it('is another for each edit', async () => {
    const caller = await EditCaller.join(room);
    expect((await edited(caller)).nonce).not.toBe((await edited(caller)).nonce);
  });

  it('is in no table of the database', async () => {
    const caller = await EditCaller.join(room);
    const { editId, nonce } = await edited(caller);
    await erase(caller, editId);
    const tables = await room.query<{ name: string }>(`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`);
    const forms = [nonce, Buffer.from(nonce, 'hex').toString('base64'), Buffer.from(nonce, 'hex').toString('base64url')];
    const asBytes = Buffer.from(nonce).toString('hex');
    for (const { name } of tables) {
      const [found] = await room.query<{ n: string }>(`SELECT count(*) AS n FROM ${name} t WHERE t::text LIKE ANY ($1)`, [[...forms, asBytes].map((form) => `%${form}%`)]);
      expect([name, found!.n]).toEqual([name, '0']);
    }
    // The control: the search finds what is there.
    expect(await room.query(`SELECT 1 FROM receipts t WHERE t::text LIKE $1`, [`%${hmac(nonce, png)}%`])).toHaveLength(1);
  });
});

describe('an edit whose holder is lost', () => {
  it('has no receipt, because nobody saw its parcels overwritten', async () => {
    const dying = await editsRoom({}, { databaseUrl: room.databaseUrl });
    const caller = await (await EditCaller.join(room)).at(dying);
    await worker.announce(dying.internalUrl);
    worker.edit = returnAsItCame;
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    await until(async () => (await room.query(`SELECT 1 FROM edits WHERE id = $1 AND state = 'settled'`, [id])).length === 1);
    await dying.close();
    await until(async () => (await events(id)).length === 1);
    expect((await events(id))[0]!.payload).toEqual({ editId: id, parcels: 'lost', sandboxEnded: true });
    expect(await problemOf(await (await caller.at(room)).get(`/v1/edits/${id}/receipt`))).toEqual([404, 'receipt.withheld']);
  });

  it('has one when it was delivered and the holder stops in good order', async () => {
    const stopping = await editsRoom({}, { databaseUrl: room.databaseUrl });
    const caller = await (await EditCaller.join(room)).at(stopping);
    await worker.announce(stopping.internalUrl);
    const answer = await caller.edit();
    await answer.arrayBuffer();
    const id = answer.headers.get('edit-id')!;
    await until(async () => (await room.query(`SELECT 1 FROM edits WHERE id = $1 AND state = 'delivered'`, [id])).length === 1);
    await stopping.close();
    expect((await receiptOf(await caller.at(room), id)).receipt.editId).toBe(id);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
