import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { internalPaths, newId } from '@flux-context/contracts';
import { generatePoolKeyPair, openFrom, openPart, sealPart } from '@flux-context/envelope';
import { freePort } from '@flux-context/runtime';
import { EditCaller, editsRoom, png, poolCredentials, type EditsRoom } from '../testing/edits.js';
import { completed, returnAsItCame, SpecWorker, type Taken } from '../testing/edit-worker.js';

const instruction = 'make it black and white';

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
beforeEach(() => {
  worker.edit = returnAsItCame;
});

/** Lets `attack` happen while a worker has an edit in hand, which then ends as if nothing had been. */
async function beside(attack: (taken: Taken) => Promise<void>): Promise<Response> {
  let outcome: unknown;
  worker.edit = async (taken) => {
    await attack(taken).catch((error: unknown) => (outcome = error));
    await returnAsItCame(taken);
  };
  const answer = await (await EditCaller.join(room)).edit({ instruction });
  if (outcome !== undefined) throw outcome as Error;
  expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(png)]).toEqual([200, true]);
  return answer;
}

const fetchParcels = (editId: string, credential?: string) => fetch(new URL(internalPaths.parcels(editId), room.internalUrl), credential === undefined ? {} : { headers: { authorization: `Bearer ${credential}` } });

describe('a stolen ticket', () => {
  it('holds ids, an address and a deadline, and nothing that opens anything', async () => {
    await beside(async ({ ticket }) => {
      expect(Object.keys(ticket).toSorted()).toEqual(['deadline', 'editId', 'engine', 'parcelsAt', 'pool', 'version']);
      expect(JSON.stringify(ticket)).not.toContain(instruction);
    });
  });

  it('fetches nothing without the credential of its pool', async () => {
    await beside(async ({ ticket }) => {
      const asked = [undefined, '', ticket.editId, `${poolCredentials.shared}x`, poolCredentials.legal];
      expect(await Promise.all(asked.map(async (credential) => (await fetchParcels(ticket.editId, credential)).status))).toEqual([401, 401, 401, 401, 404]);
    });
  });

  it('with that credential fetches sealed bytes, which no other key opens and which show nothing', async () => {
    await beside(async ({ ticket, header }) => {
      const sealed = Buffer.from(await (await fetchParcels(ticket.editId, poolCredentials.shared)).arrayBuffer());
      expect([sealed.includes(png.subarray(0, 24)), sealed.includes(instruction), sealed.includes('black')]).toEqual([false, false, false]);
      const { editId, pool, epoch } = header;
      await expect(openFrom((await generatePoolKeyPair()).privateKey, Buffer.from(header.enc, 'base64'), { editId, pool, epoch }).then((secrets) => openPart(secrets.request, { editId, part: 'brief', direction: 'request' }, sealed.subarray(sealed.indexOf(10) + 1, sealed.indexOf(10) + 1 + header.parts[0]!.sealedBytes)))).rejects.toThrow();
    });
  });
});

describe('a stolen parcel', () => {
  it('opens for no other edit, pool, epoch, part or direction, even in the hands of its own pool', async () => {
    await beside(async ({ ticket, header, secrets }) => {
      const sealed = new Uint8Array(await (await fetchParcels(ticket.editId, poolCredentials.shared)).arrayBuffer());
      const begin = sealed.indexOf(10) + 1;
      const briefPart = sealed.subarray(begin, begin + header.parts[0]!.sealedBytes);
      const { editId, pool, epoch } = header;
      expect(openPart(secrets.request, { editId, part: 'brief', direction: 'request' }, briefPart).byteLength).toBeGreaterThan(0);
      const bindings = [{ editId: newId('edit'), part: 'brief', direction: 'request' }, { editId, part: 'image', direction: 'request' }, { editId, part: 'brief', direction: 'answer' }] as const;
      for (const binding of bindings) expect(() => openPart(secrets.request, binding, briefPart)).toThrow();
      for (const other of [{ editId: newId('edit'), pool, epoch }, { editId, pool: 'legal', epoch }, { editId, pool, epoch: '2' }]) {
        const opened = await worker.secretsOf(header, other);
        expect(() => openPart(opened.request, { editId, part: 'brief', direction: 'request' }, briefPart)).toThrow();
      }
    });
  });
});

describe('a result that is sent again', () => {
  it('after the settlement changes neither the picture nor the charge', async () => {
    const caller = await EditCaller.join(room);
    let taken: Taken | undefined;
    let sealed = new Uint8Array();
    worker.edit = async (edit) => {
      taken = edit;
      sealed = new Uint8Array(await edit.answer(edit.image));
      await edit.report(completed(sealed));
    };
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    await (await caller.get(`/v1/edits/${id}/events`)).text();
    const other = sealPart(taken!.secrets.answer, { editId: id, part: 'answer', direction: 'answer' }, Buffer.from('another picture'));
    for (const late of [other, sealed]) {
      // Taken or cut off: it is not looked at any more.
      await taken!.call('PUT', internalPaths.answer(id), new Blob([late.slice()])).catch(() => undefined);
      await taken!.report(completed(late));
    }
    expect(Buffer.from(await (await caller.get(`/v1/edits/${id}/result`)).arrayBuffer()).equals(png)).toBe(true);
    expect(await room.query('SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY seq', [id])).toEqual([{ kind: 'reserve' }, { kind: 'commit' }]);
  });
});

describe('an API process that starts again at the same address', () => {
  it('knows nothing of what its predecessor held: a worker with such an edit in hand changes nothing', async () => {
    const port = await freePort();
    const settings = { INTERNAL_PORT: String(port), INTERNAL_URL: `http://127.0.0.1:${port}` };
    const before = await editsRoom(settings, room);
    await worker.announce(settings.INTERNAL_URL);
    const caller = await (await EditCaller.join(room)).at(before);
    let hand: (taken: Taken) => void = () => undefined;
    const inHand = new Promise<Taken>((resolve) => (hand = resolve));
    worker.edit = async (taken) => hand(taken);
    const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async', 'idempotency-key': 'restarted' } })).json()) as { id: string };
    const taken = await inHand;
    await before.close();
    const after = await editsRoom(settings, room);
    const sealed = await taken.answer(taken.image);
    const statuses = [(await taken.call('GET', internalPaths.parcels(id))).status, (await taken.call('PUT', internalPaths.answer(id), new Blob([sealed.slice()]))).status, (await taken.report(completed(sealed))).status];
    expect(statuses).toEqual([404, 404, 204]);
    const again = await (await caller.at(after)).get(`/v1/edits/${id}/result`);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([503, 'edit.holder_lost']);
    expect(await room.query('SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY seq', [id])).toEqual([{ kind: 'reserve' }, { kind: 'release' }]);
    await after.close();
  });
});

describe('a member who guesses ids', () => {
  it('is answered alike for the edit of another and for one that never was', async () => {
    const [owner, guesser] = [await EditCaller.join(room), await EditCaller.join(room)];
    const { id } = (await (await owner.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
    const doors = [['GET', ''], ['GET', '/events'], ['GET', '/result'], ['DELETE', '']] as const;
    for (const [method, path] of doors) {
      const [foreign, unknown] = await Promise.all([id, newId('edit')].map(async (guess) => {
        const answer = await guesser.call(method, `/v1/edits/${guess}${path}`);
        const { requestId: _, editId: __, ...problem } = (await answer.json()) as Record<string, unknown>;
        return { status: answer.status, problem, headers: [...answer.headers.keys()] };
      }));
      expect([method, path, foreign]).toEqual([method, path, unknown]);
      expect(foreign).toMatchObject({ status: 404, problem: { code: 'edit.not_found' } });
    }
    expect((await owner.get(`/v1/edits/${id}`)).status).toBe(200);
  });
});
