import { once } from 'node:events';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { internalPaths, type Report } from '@flux-context/contracts';
import { consumeTickets, TicketQueue } from '@flux-context/queue';
import { EditCaller, editsRoom, png, poolCredentials, type EditsRoom } from '../testing/edits.js';
import { completed, returnAsItCame, SpecWorker, type Taken } from '../testing/edit-worker.js';

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom({ EDIT_DEADLINE_SECONDS: '20' });
  worker = await SpecWorker.start(room);
});
afterAll(async () => {
  await worker.stop();
  await room.close();
});
beforeEach(async () => {
  worker.edit = returnAsItCame;
  await worker.announce();
});

describe('a person who leaves while his picture is still coming', () => {
  it('starts no edit any more', async () => {
    const caller = await EditCaller.join(room);
    const url = new URL('/v1/edits', await room.app.getUrl());
    const headers = { authorization: `Bearer person.${caller.personId}`, 'content-type': 'multipart/form-data; boundary=b' };
    const upload = httpRequest(url, { method: 'POST', headers });
    upload.write('--b\r\nContent-Disposition: form-data; name="instruction"\r\n\r\nmake it black and white\r\n');
    upload.write('--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await room.query(`UPDATE people SET active = false WHERE id = $1`, [caller.personId]);
    upload.end(Buffer.concat([png, Buffer.from('\r\n--b--\r\n')]));
    const [answer] = (await once(upload, 'response')) as [{ statusCode: number }];
    expect(answer.statusCode).toBe(401);
    expect(await room.query(`SELECT id FROM edits WHERE person_id = $1`, [caller.personId])).toEqual([]);
  });
});

describe('a worker that does not behave', () => {
  /** Begins to send an answer, as a worker may, and neither goes on nor ends. */
  const begin = async (taken: Taken, announced: Record<string, string | number>): Promise<ClientRequest & { status?: number }> => {
    const url = new URL(internalPaths.answer(taken.header.editId), room.internalUrl);
    const sending: ClientRequest & { status?: number } = httpRequest(url, { method: 'PUT', headers: { authorization: `Bearer ${poolCredentials.shared}`, ...announced } });
    sending.on('response', ({ statusCode }) => (sending.status = statusCode ?? 0)).on('error', () => undefined).write('some');
    await new Promise((resolve) => setTimeout(resolve, 100));
    return sending;
  };

  it('has one answer on its way per edit, and none after the edit: a later one ends an earlier, the end of the edit the last', async () => {
    const broken: number[] = [];
    worker.edit = async (taken) => {
      for (const index of [0, 1, 2]) (await begin(taken, { 'content-length': 1_000 })).once('close', () => broken.push(index));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(broken).toEqual([0, 1]);
      await returnAsItCame(taken);
    };
    expect((await (await EditCaller.join(room)).edit()).status).toBe(200);
    expect(broken).toEqual([0, 1, 2]);
    worker.edit = async (taken) => void (await begin(taken, { 'content-length': 1_000 })).once('close', () => broken.push(3));
    const caller = await EditCaller.join(room);
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    await new Promise((resolve) => setTimeout(resolve, 500));
    await caller.call('DELETE', `/v1/edits/${id}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(broken).toEqual([0, 1, 2, 3]);
  });

  it('must say how long its answer is, and no more than was reserved', async () => {
    const statuses: unknown[] = [];
    worker.edit = async (taken) => {
      for (const announced of [{ 'transfer-encoding': 'chunked' }, { 'content-length': taken.header.answerBytesMax + 1 }]) {
        statuses.push((await begin(taken, announced)).status);
      }
      await returnAsItCame(taken);
    };
    expect((await (await EditCaller.join(room)).edit()).status).toBe(200);
    expect(statuses).toEqual([400, 413]);
  });

  it('cannot answer one edit with the answer to another, nor with one of its own making', async () => {
    let earlier: { sealed: Uint8Array } | undefined;
    worker.edit = async (taken) => {
      earlier = { sealed: await taken.answer(taken.image) };
      await taken.report(completed(earlier.sealed));
    };
    expect((await (await EditCaller.join(room)).edit()).status).toBe(200);
    worker.edit = async (taken) => {
      const { sealed } = earlier!;
      await taken.call('PUT', internalPaths.answer(taken.header.editId), new Blob([sealed.slice()]));
      await taken.report(completed(sealed));
    };
    const caller = await EditCaller.join(room);
    expect(await (await caller.edit()).json()).toMatchObject({ code: 'edit.answer_invalid' });
    expect(await room.query(`SELECT pending::int, posted::int FROM accounts WHERE owner = $1`, [caller.personId])).toEqual([{ pending: 0, posted: 0 }]);
  });

  it('cannot have a model edit that was not asked for, and so may not be used', async () => {
    worker.edit = async (taken) => void (await taken.report({ ...completed(await taken.answer(taken.image)), model: { id: 'kontext', licence: 'LicenseRef-closed' } } as Report));
    const caller = await EditCaller.join(room);
    expect(await (await caller.edit()).json()).toMatchObject({ code: 'edit.answer_invalid' });
    expect(await room.query(`SELECT pending::int, posted::int FROM accounts WHERE owner = $1`, [caller.personId])).toEqual([{ pending: 0, posted: 0 }]);
  });

  it('of one pool learns nothing and changes nothing of an edit of another', async () => {
    let seen: number[] = [];
    worker.edit = async (taken) => {
      const { editId } = taken.header;
      const paths: [string, string, string?][] = [
        ['GET', internalPaths.parcels(editId)], ['GET', internalPaths.watch(editId)], ['POST', internalPaths.progress(editId), '{"stage":"edit"}'], ['PUT', internalPaths.answer(editId), 'x'],
        ['POST', internalPaths.report(editId), JSON.stringify({ outcome: 'failed', engine: 'exact', isolation: 'process', timings: {}, code: 'edit.deadline', sandboxEnded: true })],
        ['GET', `/internal/peer/edits/${editId}/result`], ['DELETE', `/internal/peer/edits/${editId}`],
      ];
      seen = await Promise.all(paths.map(async ([method, path, body]) =>
        (await fetch(new URL(path, room.internalUrl), { method, headers: { authorization: `Bearer ${poolCredentials.legal}` }, ...(body !== undefined && { body }) })).status));
      await returnAsItCame(taken);
    };
    expect((await (await EditCaller.join(room)).edit()).status).toBe(200);
    // A report is always answered 204, and that of a stranger changes nothing.
    expect(seen).toEqual([404, 404, 404, 404, 204, 404, 404]);
  });

  it('of one pool cannot have an edit of another counted as lost', async () => {
    const connection = { url: room.databaseUrl, schema: 'queue_legal' };
    const at = { connection, pool: 'legal', engine: 'exact', onError: () => undefined } as const;
    const legal = consumeTickets({ ...at, concurrency: 1, take: () => Promise.reject(new Error('lost on purpose')) });
    const queue = new TicketQueue(at);
    worker.edit = async (taken) => {
      await queue.add({ ...taken.ticket, pool: 'legal' });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await returnAsItCame(taken);
    };
    const answer = await (await EditCaller.join(room)).edit();
    await Promise.all([legal.close(0), queue.close()]);
    expect(answer.status).toBe(200);
  });
});
