import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { apiDatabase } from '../testing/database.js';
import { DatabaseLine } from '../testing/database-line.js';
import { EditCaller, editsRoom, type EditsRoom } from '../testing/edits.js';
import { completed, returnAsItCame, SpecWorker } from '../testing/edit-worker.js';

let database: Awaited<ReturnType<typeof apiDatabase>>;
let line: DatabaseLine;
let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  database = await apiDatabase();
  line = await DatabaseLine.to(database.url);
  room = await editsRoom({ EDIT_DEADLINE_SECONDS: '2', REDELIVERY_SECONDS: '1' }, { databaseUrl: line.url });
  worker = await SpecWorker.start(room);
});
afterAll(async () => {
  await worker.stop();
  await room.close();
  line.close();
  await database.drop();
});

beforeEach(() => worker.announce());

/** Where the ledger and the rows stand when everything has come to rest. */
async function rest(caller: EditCaller): Promise<{ states: string[]; pending: number; posted: number; granted: number }> {
  for (let tries = 0; tries < 150; tries++) {
    await sleep(100);
    const [open] = await room.query<{ n: number }>(`SELECT count(*)::int AS n FROM edits WHERE person_id = $1 AND erased_at IS NULL`, [caller.personId]).catch(() => [{ n: 1 }]);
    if (open!.n === 0) break;
  }
  const rows = await room.query<{ state: string }>(`SELECT state FROM edits WHERE person_id = $1 ORDER BY id`, [caller.personId]);
  const [account] = await room.query<{ pending: number; posted: number; granted: number }>(
    `SELECT pending::int, posted::int, granted::int FROM accounts WHERE owner = $1`, [caller.personId]);
  return { states: rows.map(({ state }) => state), ...account! };
}

describe('an edit while the database fails', () => {
  it('gives its unit back when the answer to its acceptance was lost, and makes it good when that to its settlement was', async () => {
    const [unaccepted, undelivered] = [await EditCaller.join(room), await EditCaller.join(room)];
    line.loseCommitAfter('INSERT INTO edits');
    expect((await unaccepted.edit()).status).toBe(503);
    worker.edit = async (taken) => {
      const sealed = await taken.answer(taken.image);
      line.loseCommitAfter(`SET state = 'settled'`);
      await taken.report(completed(sealed));
    };
    expect(await (await undelivered.edit()).json()).toMatchObject({ status: 503, code: 'edit.holder_lost' });
    worker.edit = returnAsItCame;
    expect(await rest(unaccepted)).toEqual({ states: ['failed'], pending: 0, posted: 0, granted: 3 });
    expect(await rest(undelivered)).toEqual({ states: ['erased'], pending: 0, posted: 1, granted: 4 });
  }, 30_000);

  it('ends by itself after an outage that began while it was dispatched, and no rejection goes unheard', async () => {
    const caller = await EditCaller.join(room);
    line.cutAfterCommitOf('INSERT INTO edits');
    const waiting = caller.edit();
    await sleep(3_000);
    line.mend();
    expect([503, 504]).toContain((await waiting).status);
    expect(await rest(caller)).toEqual({ states: ['failed'], pending: 0, posted: 0, granted: 3 });
  }, 30_000);
});
