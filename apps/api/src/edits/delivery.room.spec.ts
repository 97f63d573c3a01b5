import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EditCaller, editsRoom, type EditsRoom } from '../testing/edits.js';
import { completed, SpecWorker } from '../testing/edit-worker.js';

/** More than the buffers between the two ends take, so that a caller who does not read holds the download up. */
const large = Buffer.alloc(24_000_000, 7);

let room: EditsRoom;
let worker: SpecWorker;
beforeAll(async () => {
  room = await editsRoom({ REDELIVERY_SECONDS: '2', DRAIN_SECONDS: '30' });
  worker = await SpecWorker.start(room);
  worker.edit = async (taken) => void (await taken.report(completed(await taken.answer(large))));
});
afterAll(() => worker.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stateOf = async (id: string) => (await room.query<{ state: string }>(`SELECT state FROM edits WHERE id = $1`, [id]))[0]!.state;

async function settled(caller: EditCaller): Promise<string> {
  const { id } = (await (await caller.edit({ instruction: 'resize to 3000x3000', headers: { prefer: 'respond-async' } })).json()) as { id: string };
  while ((await stateOf(id)) === 'accepted') await pause(20);
  return id;
}

/** Begins a download and reads it on only when told. */
async function download(caller: EditCaller, id: string): Promise<{ readOn(): Promise<number> }> {
  const url = new URL(`/v1/edits/${id}/result`, await room.app.getUrl());
  const [response] = (await once(request(url, { headers: { authorization: `Bearer person.${caller.personId}` } }).end(), 'response')) as [import('node:http').IncomingMessage];
  response.pause();
  return {
    readOn: async () => {
      let bytes = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
      return bytes;
    },
  };
}

describe('a slow download', () => {
  it('may finish after the window ended, and then the edit is erased; a new one may not begin', async () => {
    const caller = await EditCaller.join(room);
    const id = await settled(caller);
    const slow = await download(caller, id);
    await pause(2_300);
    expect((await caller.get(`/v1/edits/${id}/result`)).status).toBe(410);
    expect(await slow.readOn()).toBe(large.length);
    while ((await stateOf(id)) !== 'erased') await pause(20);
  });

  it('is waited for when the process stops', async () => {
    const caller = await EditCaller.join(room);
    const id = await settled(caller);
    const slow = await download(caller, id);
    const stopped = room.close();
    expect(await slow.readOn()).toBe(large.length);
    await stopped;
  });
});
