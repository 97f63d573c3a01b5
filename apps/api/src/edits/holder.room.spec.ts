import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EditCaller, editsRoom, type EditsRoom } from '../testing/edits.js';
import { returnAsItCame, SpecWorker } from '../testing/edit-worker.js';

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom();
  worker = await SpecWorker.start(room);
});
afterAll(async () => {
  await worker.stop();
  await room.close();
});

const ofEdit = async (id: string) => {
  const [row] = await room.query<{ state: string; code: string | null }>(`SELECT state, code FROM edits WHERE id = $1`, [id]);
  const entries = await room.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [id]);
  return { ...row!, entries: entries.map(({ kind }) => kind) };
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await holds()); turn++) {
    if (turn > 400) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a holder whose lease ended while it stood still', () => {
  it('lets go of everything as if it had died, charges nobody for what is lost, and goes on', async () => {
    const [unread, running] = [await EditCaller.join(room), await EditCaller.join(room)];
    const asynchronous = { headers: { prefer: 'respond-async' } };
    const settled = (await (await unread.edit(asynchronous)).json()) as { id: string };
    await until(async () => (await ofEdit(settled.id)).state === 'settled');
    worker.edit = () => new Promise(() => undefined);
    const accepted = (await (await running.edit(asynchronous)).json()) as { id: string };

    await room.query(`UPDATE holders SET lease_until = now() - interval '1 second'`);
    await until(async () => (await ofEdit(accepted.id)).state === 'failed');
    await until(async () => (await ofEdit(settled.id)).state === 'erased');

    expect(await ofEdit(accepted.id)).toEqual({ state: 'failed', code: 'edit.holder_lost', entries: ['reserve', 'release'] });
    expect((await ofEdit(settled.id)).entries).toEqual(expect.arrayContaining(['reserve', 'commit', 'grant']));
    expect((await unread.get(`/v1/edits/${settled.id}/result`)).status).toBe(410);

    worker.edit = returnAsItCame;
    await until(async () => (await running.edit()).status === 200);
  });
});

describe('a holder whose callers wait for every connection to the database', () => {
  it('keeps its lease, and so its edits', async () => {
    const caller = await EditCaller.join(room);
    worker.edit = () => new Promise(() => undefined);
    const accepted = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    // All six, for longer than a lease runs without being renewed; then time for whoever would find it ended.
    await Promise.all(Array.from({ length: 6 }, () => room.query('SELECT pg_sleep(7)')));
    await room.query('SELECT pg_sleep(2)');
    expect((await ofEdit(accepted.id)).state).toBe('accepted');
    worker.edit = returnAsItCame;
  });
});
