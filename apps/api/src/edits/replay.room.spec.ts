import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Transactions } from '../database/index.js';
import { PoolService } from '../pools/index.js';
import { SeatService } from '../seats/index.js';
import { EditCaller, editsRoom, png, type EditsRoom } from '../testing/edits.js';
import { failed, returnAsItCame, SpecWorker } from '../testing/edit-worker.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { verdictSeconds } from './orphan-sweeper.js';

let here: EditsRoom;
let there: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  here = await editsRoom({ REDELIVERY_SECONDS: '2' });
  there = await editsRoom({ REDELIVERY_SECONDS: '2' }, here);
  worker = await SpecWorker.start(here);
  await worker.announce(there.internalUrl);
});
afterAll(async () => {
  await worker.stop();
  await there.close();
  await here.close();
});
beforeEach(() => {
  worker.edit = returnAsItCame;
  worker.taken.length = 0;
});

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const charged = async (caller: EditCaller) =>
  (await here.query(`SELECT 1 FROM quota_entries q JOIN edits e ON e.id = q.edit_id WHERE e.person_id = $1 AND q.kind = 'commit'`, [caller.personId])).length;
const code = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('the same request again, with an Idempotency-Key', () => {
  it('gets the same picture within the window, at either process, and is charged once', async () => {
    const caller = await EditCaller.join(here);
    const answers = [await caller.edit(keyed('one')), await caller.edit(keyed('one')), await (await caller.at(there)).edit(keyed('one'))];
    for (const answer of answers) expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    expect(new Set(answers.map((answer) => answer.headers.get('edit-id'))).size).toBe(1);
    expect([worker.taken.length, await charged(caller)]).toEqual([1, 1]);
  });

  it('is one edit when 64 send it at once at both processes', async () => {
    const caller = await EditCaller.join(here);
    const other = await caller.at(there);
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => (index % 2 ? caller : other).edit(keyed('many'))));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    for (const answer of answers) expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    expect([worker.taken.length, await charged(caller)]).toEqual([1, 1]);
  });

  it('is one edit when 64 send it at once with two bodies: the others are told that the key is taken', async () => {
    const caller = await EditCaller.join(here);
    const other = await caller.at(there);
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => (index % 2 ? caller : other).edit({ ...keyed('either'), instruction: index % 4 < 2 ? 'make it black and white' : 'invert the colours' })));
    const told = await Promise.all(answers.map(async (answer) => (answer.ok ? answer.headers.get('edit-id')! : code(answer))));
    const [winner, ...others] = [...new Set(told)].toSorted();
    expect([winner, others]).toEqual([expect.stringMatching(/^edt_/), ['idempotency.mismatch']]);
    expect(told.filter((one) => one === winner)).toHaveLength(32);
    expect([worker.taken.length, await charged(caller)]).toEqual([1, 1]);
  });

  it('waits for the first while that is still being sealed', async () => {
    const caller = await EditCaller.join(here);
    const other = await caller.at(there);
    const large = { ...keyed('large'), image: Buffer.concat([png, Buffer.alloc(900_000)]) };
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 ? caller : other).edit(large)));
    expect(await Promise.all(answers.map(async (answer) => (answer.ok ? 200 : code(answer))))).toEqual(Array.from(answers, () => 200));
    expect(await charged(caller)).toBe(1);
  });

  it('tells why the edit failed, also at the process that does not hold it', async () => {
    const caller = await EditCaller.join(here);
    worker.edit = async (taken) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await taken.report(failed('picture.unreadable'));
    };
    const first = caller.edit(keyed('unreadable'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = (await caller.at(there)).edit(keyed('unreadable'));
    expect([await code(await first), await code(await second)]).toEqual(['picture.unreadable', 'picture.unreadable']);
  });

  it('is 410 after the window, and free of charge', async () => {
    const caller = await EditCaller.join(here);
    await (await caller.edit(keyed('late'))).arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 2_300));
    const again = await caller.edit(keyed('late'));
    expect([again.status, await code(again), await charged(caller)]).toEqual([410, 'edit.result_gone', 1]);
  });

  it('gets its picture also when no worker is there any more', async () => {
    const alone = await editsRoom();
    const caller = await EditCaller.join(alone);
    const passing = await SpecWorker.start(alone);
    await (await caller.edit(keyed('left'))).arrayBuffer();
    await passing.stop();
    while (alone.app.get(PoolService).states().length > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await code(await caller.edit(keyed('other')))).toBe('pool.unavailable');
    const again = await caller.edit(keyed('left'));
    expect([again.status, Buffer.from(await again.arrayBuffer()).equals(png)]).toEqual([200, true]);
    expect(await code(await caller.edit({ ...keyed('left'), instruction: 'invert the colours' }))).toBe('idempotency.mismatch');
    await alone.close();
  });

  it('is 410 for a day after the window, and then a new edit', async () => {
    const caller = await EditCaller.join(here);
    await (await caller.edit(keyed('yesterday'))).arrayBuffer();
    const age = async (hours: number) => {
      await here.query(`UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $2) WHERE person_id = $1`, [caller.personId, hours]);
      await here.app.get(IdempotencyRepository).forgetOlderThan(verdictSeconds);
    };
    await new Promise((resolve) => setTimeout(resolve, 2_300));
    await age(24);
    expect(await code(await caller.edit(keyed('yesterday')))).toBe('edit.result_gone');
    await age(25);
    expect((await caller.edit(keyed('yesterday'))).status).toBe(200);
    expect(await charged(caller)).toBe(2);
  });

  it('is free of charge after the process that held the edit was started again', async () => {
    const caller = await EditCaller.join(here);
    let third = await editsRoom({ REDELIVERY_SECONDS: '2' }, here);
    await worker.announce(third.internalUrl);
    const [kept, running] = [await caller.at(third), await caller.at(third)];
    await (await kept.edit(keyed('done'))).arrayBuffer();
    worker.edit = () => new Promise(() => undefined);
    const { id } = (await (await running.edit({ headers: { ...keyed('running').headers, prefer: 'respond-async' } })).json()) as { id: string };
    await third.close();
    third = await editsRoom({ REDELIVERY_SECONDS: '2' }, here);
    worker.edit = returnAsItCame;
    await worker.announce(third.internalUrl);
    const again = await caller.at(third);
    const answers = [await again.edit(keyed('done')), await again.edit(keyed('running')), await caller.edit(keyed('running'))];
    expect(await Promise.all(answers.map(async (answer) => [answer.status, await code(answer.clone())]))).toEqual([[410, 'edit.result_gone'], [503, 'edit.holder_lost'], [503, 'edit.holder_lost']]);
    expect([await charged(caller), await here.query('SELECT 1 FROM quota_entries WHERE edit_id = $1 AND kind = $2', [id, 'release'])]).toEqual([1, [expect.anything()]]);
    await third.close();
  });

  it('is refused with another body, and keys of different people do not meet', async () => {
    const [caller, other] = [await EditCaller.join(here), await EditCaller.join(here)];
    await (await caller.edit(keyed('mine'))).arrayBuffer();
    const changed = await caller.edit({ ...keyed('mine'), instruction: 'invert the colours' });
    expect([changed.status, await code(changed)]).toEqual([422, 'idempotency.mismatch']);
    expect((await other.edit(keyed('mine'))).status).toBe(200);
  });

  it('starts afresh after its caller hung up, because nothing was charged', async () => {
    const caller = await EditCaller.join(here);
    worker.edit = () => new Promise(() => undefined);
    const hangUp = new AbortController();
    const waiting = caller.edit({ ...keyed('again'), signal: hangUp.signal }).catch(() => undefined);
    while (worker.taken.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    hangUp.abort();
    await waiting;
    worker.edit = returnAsItCame;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await caller.edit(keyed('again'))).status).toBe(200);
    expect(await charged(caller)).toBe(1);
  });
});

describe('an edit asked for at a process that does not hold it', () => {
  it('tells status, events and result, and can be deleted', async () => {
    const caller = await EditCaller.join(here);
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    const other = await caller.at(there);
    expect((await (await other.get(`/v1/edits/${id}/events`)).text()).includes('"state":"settled"')).toBe(true);
    expect(await (await other.get(`/v1/edits/${id}`)).json()).toMatchObject({ id, state: 'settled' });
    expect(Buffer.from(await (await other.get(`/v1/edits/${id}/result`)).arrayBuffer()).equals(png)).toBe(true);
    expect(await (await other.call('DELETE', `/v1/edits/${id}`)).json()).toMatchObject({ state: 'erased' });
    expect((await other.get(`/v1/edits/${id}/result`)).status).toBe(410);
  });

  it('can be cancelled there, and stays hidden from others there', async () => {
    const [caller, stranger] = [await EditCaller.join(here), await EditCaller.join(here)];
    worker.edit = () => new Promise(() => undefined);
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    expect((await (await stranger.at(there)).call('DELETE', `/v1/edits/${id}`)).status).toBe(404);
    expect(await (await (await caller.at(there)).call('DELETE', `/v1/edits/${id}`)).json()).toMatchObject({ state: 'failed', code: 'edit.cancelled' });
    expect(await charged(caller)).toBe(0);
  });
});

describe('the internal listener', () => {
  it('answers nobody without a credential, and shows a pool nothing of another’s', async () => {
    const caller = await EditCaller.join(here);
    let sawForeign: number[] = [];
    const legal = await SpecWorker.start(here, 'legal');
    worker.edit = async (taken) => {
      const paths = ['parcels', 'watch'].map((door) => `/internal/edits/${taken.header.editId}/${door}`);
      sawForeign = await Promise.all([
        ...paths.map((path) => legal.call(here.internalUrl, 'GET', path)),
        legal.call(here.internalUrl, 'PUT', `/internal/edits/${taken.header.editId}/answer`, 'x'),
        ...paths.map((path) => fetch(here.internalUrl + path)),
        fetch(`${here.internalUrl}/internal/peer/edits/${taken.header.editId}`, { headers: { authorization: 'Bearer nothing-of-the-kind' } }),
        worker.call(here.internalUrl, 'GET', `/internal/peer/edits/${taken.header.editId}`),
      ].map(async (asked) => (await asked).status));
      await returnAsItCame(taken);
    };
    expect((await caller.edit()).status).toBe(200);
    await legal.stop();
    expect(sawForeign).toEqual([404, 404, 404, 401, 401, 401, 404]);
  });
});

describe('a person who leaves while his edits run at several processes', () => {
  it('has all of them ended that can be, though one of the processes does not answer', async () => {
    worker.edit = () => new Promise(() => undefined);
    const caller = await EditCaller.join(here);
    const start = async (at: EditCaller) => ((await (await at.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string }).id;
    const [unreachable, reachable] = [await start(caller), await start(await caller.at(there))];
    await start(caller);
    await here.query(`UPDATE holders SET internal_url = 'http://127.0.0.1:1' WHERE id = (SELECT holder_id FROM edits WHERE id = $1)`, [unreachable]);
    const seats = there.app.get(SeatService, { strict: false });
    await there.app.get(Transactions).run(async (tx) => seats.deactivate(tx, { personId: caller.personId, role: 'owner' }, caller.personId));
    for (;;) {
      const [row] = await there.query<{ code: string | null }>(`SELECT code FROM edits WHERE id = $1`, [reachable]);
      if (row?.code === 'edit.cancelled') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await here.query(`UPDATE holders SET internal_url = $2 WHERE id = (SELECT holder_id FROM edits WHERE id = $1)`, [unreachable, here.internalUrl]);
  });
});
