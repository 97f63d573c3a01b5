import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { returnAsItCame, SpecWorker } from '../testing/edit-worker.js';
import { EditCaller, editsRoom, type EditsRoom } from '../testing/edits.js';

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom({ EDITS_PER_PERSON_MAX: '2', EVENT_STREAMS_PER_PERSON_MAX: '2' });
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

describe('event streams of one person at once', () => {
  it('are limited, while others follow theirs; when one was closed, by either side, the next may come', async () => {
    let finish: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (finish = resolve));
    worker.edit = async (taken) => {
      await released;
      await returnAsItCame(taken);
    };
    const [caller, other] = [await EditCaller.join(room), await EditCaller.join(room)];
    const follow = async (by: EditCaller, signal?: AbortSignal) => {
      const { id } = (await (await by.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
      const stream = () => by.call('GET', `/v1/edits/${id}/events`, signal === undefined ? {} : { signal });
      return { stream, first: await stream() };
    };
    const hangUp = new AbortController();
    const left = await follow(caller, hangUp.signal);
    const { stream, first } = await follow(caller);
    expect([left.first.status, first.status]).toEqual([200, 200]);
    const third = await stream();
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await third.json()).toMatchObject({ code: 'capacity.streams', retryable: true, limit: { name: 'eventStreamsPerPersonMax', value: 2 } });
    expect((await follow(other)).first.status).toBe(200);
    hangUp.abort();
    let next = await stream();
    while (next.status === 429) next = await stream();
    expect(next.status).toBe(200);
    finish();
    await Promise.all([first.text(), next.text()]);
    expect((await stream()).status).toBe(200);
  });
});

describe('edits of one person at once', () => {
  it('are limited, while others edit on; when one is over, the next may come', async () => {
    let finish: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (finish = resolve));
    worker.edit = async (taken) => {
      await released;
      await returnAsItCame(taken);
    };
    const [caller, other] = [await EditCaller.join(room), await EditCaller.join(room)];
    const first = await Promise.all([1, 2].map(() => caller.edit({ headers: { prefer: 'respond-async' } })));
    expect(first.map(({ status }) => status)).toEqual([202, 202]);
    const third = await caller.edit();
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await third.json()).toMatchObject({ code: 'capacity.person', retryable: true, limit: { name: 'editsPerPersonMax', value: 2 } });
    expect((await other.edit({ headers: { prefer: 'respond-async' } })).status).toBe(202);
    finish();
    for (const answer of first) {
      const { id } = (await answer.json()) as { id: string };
      await (await caller.get(`/v1/edits/${id}/events`)).text();
    }
    expect((await caller.edit()).status).toBe(200);
  });

  it('are not used up by those that were refused or cancelled', async () => {
    const caller = await EditCaller.join(room);
    for (let index = 0; index < 4; index++) expect((await caller.edit({ instruction: 'abracadabra' })).status).toBe(422);
    worker.edit = () => new Promise(() => undefined);
    for (let index = 0; index < 4; index++) {
      const { id } = (await (await caller.edit({ headers: { prefer: 'respond-async' } })).json()) as { id: string };
      expect((await caller.call('DELETE', `/v1/edits/${id}`)).status).toBe(200);
    }
  });
});

describe('both listeners', () => {
  const listeners = async (): Promise<string[]> => [await room.app.getUrl(), room.internalUrl];

  it('hang up on a caller who never ends his headers', async () => {
    const answers = await Promise.all((await listeners()).map((url) => new Promise<string>((resolve) => {
      const { hostname, port } = new URL(url);
      let said = '';
      const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''), () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n'));
      const drip = setInterval(() => socket.write('X: y\r\n'), 500);
      socket.on('data', (chunk) => (said += chunk.toString())).on('error', () => undefined).once('close', () => {
        clearInterval(drip);
        resolve(said.split('\r\n')[0]!);
      });
    })));
    expect(answers).toEqual(['HTTP/1.1 408 Request Timeout', 'HTTP/1.1 408 Request Timeout']);
  }, 20_000);

  it('take no headers and no address of more than 16 KiB', async () => {
    const statusOf = (url: string, path: string, headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => httpRequest(new URL(path, url), { headers }, (answer) => resolve(answer.resume().statusCode ?? 0)).once('error', reject).end());
    for (const url of await listeners()) {
      expect(await statusOf(url, '/', { long: 'x'.repeat(17_000) })).toBe(431);
      expect(await statusOf(url, `/${'x'.repeat(17_000)}`, {})).toBe(431);
    }
  });
});
