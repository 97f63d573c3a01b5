import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { internalPaths } from '@flux-context/contracts';
import { Transactions } from '../database/index.js';
import { EditCaller, editsRoom, png, type EditsRoom } from '../testing/edits.js';
import { completed, failed, returnAsItCame, SpecWorker } from '../testing/edit-worker.js';

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom({ REDELIVERY_SECONDS: '2', EDIT_DEADLINE_SECONDS: '10' });
  worker = await SpecWorker.start(room);
});
afterAll(async () => {
  await worker.stop();
  await room.close();
});
beforeEach(() => {
  worker.edit = returnAsItCame;
  worker.taken.length = 0;
});

/** What an edit left: its row, its ledger entries and its audit events. */
async function traces(editId: string) {
  const [row] = await room.query<{ state: string; code: string | null }>(`SELECT state, code FROM edits WHERE id = $1`, [editId]);
  const entries = await room.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [editId]);
  const events = await room.query<{ name: string }>(`SELECT name FROM audit_outbox WHERE convert_from(body, 'UTF8') LIKE '%' || $1 || '%' ORDER BY id`, [editId]);
  return { state: row?.state, code: row?.code, entries: entries.map(({ kind }) => kind), events: events.map(({ name }) => name) };
}

describe('an edit through the API', () => {
  it('comes back with the picture, is charged once, and is erased when the window ends', async () => {
    const caller = await EditCaller.join(room);
    const answer = await caller.edit();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    const editId = answer.headers.get('edit-id')!;
    expect(worker.taken[0]!.brief).toMatchObject({ source: 'png', output: { format: 'png', quality: 90 }, plan: { operations: [{ op: 'blackAndWhite' }] } });
    await until(async () => (await traces(editId)).state === 'delivered');
    await until(async () => (await traces(editId)).state === 'erased');
    expect(await traces(editId)).toEqual({ state: 'erased', code: null, entries: ['reserve', 'commit'], events: ['edit.accepted', 'edit.completed', 'edit.erased'] });
    expect((await caller.get(`/v1/edits/${editId}/result`)).status).toBe(410);
  });

  it('goes on in the background when asked to, and tells its status, its events and its result', async () => {
    const caller = await EditCaller.join(room);
    const asked = await caller.edit({ headers: { prefer: 'respond-async' } });
    expect(asked.status).toBe(202);
    const { id } = (await asked.json()) as { id: string };
    const events = await (await caller.get(`/v1/edits/${id}/events`)).text();
    expect(events.trim().split('\n\n').at(-1)).toMatch(/^event: status\ndata: \{.*"state":"(settled|delivered)"/);
    const result = await caller.get(`/v1/edits/${id}/result`);
    expect(Buffer.from(await result.arrayBuffer()).equals(png)).toBe(true);
    expect((await caller.get(`/v1/edits/${id}/result`)).status).toBe(200);
    expect((await caller.call('DELETE', `/v1/edits/${id}`)).status).toBe(200);
    expect((await caller.get(`/v1/edits/${id}/result`)).status).toBe(410);
  });

  it('is not delivered to a caller who asks for its headers alone', async () => {
    const caller = await EditCaller.join(room);
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    await (await caller.get(`/v1/edits/${id}/events`)).text();
    const head = await caller.call('HEAD', `/v1/edits/${id}/result`);
    expect([head.status, head.headers.get('allow'), head.headers.get('receipt-nonce')]).toEqual([405, 'GET', null]);
    await caller.call('DELETE', `/v1/edits/${id}`);
    await until(async () => (await traces(id)).state === 'erased');
    expect(await room.query('SELECT delivered_at FROM edits WHERE id = $1', [id])).toEqual([{ delivered_at: null }]);
  });

  it('is erased for its owner as soon as he was told so, also while its row is still being written', async () => {
    const caller = await EditCaller.join(room);
    const editId = (await caller.edit()).headers.get('edit-id')!;
    await until(async () => (await traces(editId)).state === 'delivered');
    await room.app.get(Transactions).run(async (tx) => {
      await tx.query(`SELECT 1 FROM edits WHERE id = $1 FOR UPDATE`, [editId]);
      expect((await caller.call('DELETE', `/v1/edits/${editId}`)).status).toBe(200);
      expect(await (await caller.get(`/v1/edits/${editId}`)).json()).toMatchObject({ id: editId, state: 'erased' });
      expect((await caller.get(`/v1/edits/${editId}/result`)).status).toBe(410);
    });
    await until(async () => (await traces(editId)).state === 'erased');
  });

  it('does not exist for anybody but its owner', async () => {
    const [owner, other] = [await EditCaller.join(room), await EditCaller.join(room)];
    const { id } = (await (await owner.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    for (const path of ['', '/events', '/result']) expect((await other.get(`/v1/edits/${id}${path}`)).status).toBe(404);
    expect((await other.call('DELETE', `/v1/edits/${id}`)).status).toBe(404);
  });

  it('is released when the worker reports a failure, with its code', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = async (taken) => void (await taken.report(failed('picture.unreadable')));
    const answer = await caller.edit();
    const problem = (await answer.json()) as { code: string; editId: string };
    expect([answer.status, problem.code]).toEqual([422, 'picture.unreadable']);
    expect(await traces(problem.editId)).toEqual({ state: 'failed', code: 'picture.unreadable', entries: ['reserve', 'release'], events: ['edit.accepted', 'edit.failed'] });
  });

  it('cannot make a worker speak for the API: a code that is not a worker’s counts as a failed sandbox', async () => {
    worker.edit = async (taken) => void (await taken.report(failed('quota.exhausted')));
    expect(((await (await (await EditCaller.join(room)).edit()).json()) as { code: string }).code).toBe('edit.sandbox_failed');
  });

  it('is not charged when the answer is not whole', async () => {
    const lies: SpecWorker['edit'][] = [
      async (taken) => void (await taken.report(completed(Buffer.from('never sent')))),
      async (taken) => {
        const sealed = (await taken.answer(taken.image)).slice();
        sealed[sealed.length - 1]! ^= 1;
        await taken.call('PUT', internalPaths.answer(taken.header.editId), new Blob([sealed]));
        await taken.report(completed(sealed));
      },
    ];
    for (const lie of lies) {
      worker.edit = lie;
      const problem = (await (await (await EditCaller.join(room)).edit()).json()) as { code: string; editId: string };
      expect([problem.code, (await traces(problem.editId)).entries]).toEqual(['edit.answer_invalid', ['reserve', 'release']]);
    }
  });

  it('settles once, whatever a worker reports after', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = async (taken) => {
      const report = completed(await taken.answer(taken.image));
      await Promise.all([taken.report(report), taken.report(report), taken.report(failed('edit.sandbox_failed'))]);
      await taken.report(failed('edit.sandbox_failed'));
    };
    const answer = await caller.edit();
    expect(answer.status).toBe(200);
    expect((await traces(answer.headers.get('edit-id')!)).entries).toEqual(['reserve', 'commit']);
  });

  it('survives its ticket being run twice: no key stream repeats, and one settlement stands', async () => {
    const caller = await EditCaller.join(room);
    const sealed: Uint8Array[] = [];
    worker.edit = async (taken) => {
      const again = (await worker.open(taken.ticket))!;
      for (const run of [taken, again]) {
        sealed.push(await run.answer(taken.image));
        if (run === again) await run.report(completed(sealed[1]!));
      }
      await taken.report(completed(sealed[0]!));
    };
    const answer = await caller.edit();
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    const [first, second] = sealed as [Uint8Array, Uint8Array];
    // The same plain bytes under one key stream would be the same sealed bytes. The first byte says the version.
    const same = first.slice(1).filter((byte, index) => byte === second[index + 1]).length;
    expect(same).toBeLessThan(first.length / 16);
    expect((await traces(answer.headers.get('edit-id')!)).entries).toEqual(['reserve', 'commit']);
  });

  it('is cancelled and released when its owner asks or hangs up', async () => {
    const caller = await EditCaller.join(room);
    const stopped: string[] = [];
    worker.edit = async (taken) => void stopped.push(await (await taken.call('GET', internalPaths.watch(taken.header.editId))).text());
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    await until(async () => worker.taken.length === 1);
    expect((await caller.call('DELETE', `/v1/edits/${id}`)).status).toBe(200);
    const hangUp = new AbortController();
    const waiting = caller.edit({ signal: hangUp.signal }).catch(() => undefined);
    await until(async () => worker.taken.length === 2);
    hangUp.abort();
    await waiting;
    await until(async () => stopped.length === 2);
    expect(stopped).toEqual(['cancelled', 'cancelled']);
    for (const { header } of worker.taken) expect(await traces(header.editId)).toMatchObject({ code: 'edit.cancelled', entries: ['reserve', 'release'] });
  });

  it('ends at its deadline and is released', async () => {
    worker.edit = async (taken) => void (await taken.call('GET', internalPaths.watch(taken.header.editId))).text();
    const answer = await (await EditCaller.join(room)).edit();
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([504, 'edit.deadline']);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 8_000;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
