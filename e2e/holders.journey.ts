import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@flux-context/runtime';
import { pidsBelow, RunningAppliance } from './appliance.js';
import { content, unheard } from './content.js';
import { caughtInTheMiddle } from './middle.js';
import { largePhoto, photo } from './pictures.js';
import { until } from './until.js';

const apps = join(import.meta.dirname, '../apps');
const instruction = `increase saturation by ${unheard(30)}`;

/** A second API process on the same database, with a worker of its own that serves both. */
class SecondHolder {
  private constructor(
    readonly url: string,
    private readonly api: ChildProcess,
    private readonly worker: ChildProcess,
  ) {}

  static async start(beside: RunningAppliance): Promise<SecondHolder> {
    const [http, internal, metrics] = [await freePort(), await freePort(), await freePort()];
    const internalUrl = `http://127.0.0.1:${internal}`;
    const first = environmentOf(beside.pidsOf('api/dist/main.js')[0]!);
    const { LOCAL_CREDENTIAL_FILE: _, ...settings } = first;
    const api = run('api/dist/main.js', { ...settings, HTTP_PORT: `${http}`, PUBLIC_URL: `http://127.0.0.1:${http}`, INTERNAL_PORT: `${internal}`, INTERNAL_URL: internalUrl, METRICS_PORT: `${metrics}` });
    const itsWorker = environmentOf(beside.pidsOf('gpu-worker/dist/main.js')[0]!);
    const worker = run('gpu-worker/dist/main.js', { ...itsWorker, API_INTERNAL_URLS: `${first['INTERNAL_URL']},${internalUrl}`, METRICS_PORT: '0' });
    const holder = new SecondHolder(`http://127.0.0.1:${http}`, api, worker);
    await until(async () => {
      const limits = await holder.call(beside, 'GET', '/v1/limits').catch(() => undefined);
      return limits?.ok === true && ((await limits.json()) as { engines: string[] }).engines.includes('exact');
    });
    // It serves the first holder only; its tickets are for the worker that knows both.
    process.kill(beside.pidsOf('gpu-worker/dist/main.js')[0]!, 'SIGSTOP');
    return holder;
  }

  call(beside: RunningAppliance, method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, method, headers: { authorization: `Bearer ${beside.apiKey}`, ...(init.headers as Record<string, string>) } });
  }

  edit(beside: RunningAppliance, image: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    const form = new FormData();
    form.set('image', new Blob([image.slice()]), 'picture');
    form.set('instruction', instruction);
    content.picture('picture', image);
    content.words(instruction);
    return this.call(beside, 'POST', '/v1/edits', { body: form, headers });
  }

  killApi(): void {
    this.api.kill('SIGKILL');
  }

  /** Its worker and the sandboxes of it. */
  workerPids(): number[] {
    return pidsBelow(this.worker.pid!);
  }

  async end(): Promise<void> {
    for (const child of [this.worker, this.api]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

const run = (script: string, env: Record<string, string>) => spawn(process.execPath, [join(apps, script)], { env, stdio: 'ignore' });

function environmentOf(pid: number): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

let appliance: RunningAppliance;
let second: SecondHolder;
let firstWorker: number;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
  firstWorker = appliance.pidsOf('gpu-worker/dist/main.js')[0]!;
});
afterEach(() => second?.end());
afterAll(async () => {
  process.kill(firstWorker, 'SIGCONT');
  await appliance.end();
});

const entriesOf = (editId: string) => appliance.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [editId]).then((rows) => rows.map(({ kind }) => kind));
const stateOf = (editId: string) => appliance.query<{ state: string; code: string | null }>(`SELECT state, code FROM edits WHERE id = $1`, [editId]).then(([row]) => row!);
const goodwillOf = (editId: string) => appliance.query(`SELECT 1 FROM grants WHERE kind = 'goodwill' AND source LIKE '%' || $1`, [editId]).then((rows) => rows.length);

describe('an API process that does not hold an edit', () => {
  it('tells its status, its events and its result, and cancels it', async () => {
    second = await SecondHolder.start(appliance);
    const { id } = (await (await second.edit(appliance, photo(), { prefer: 'respond-async' })).json()) as { id: string };
    expect(await (await appliance.get(`/v1/edits/${id}/events`)).text()).toContain('"state":"settled"');
    expect(await (await appliance.get(`/v1/edits/${id}`)).json()).toMatchObject({ id, state: 'settled' });
    const results = await Promise.all([appliance.get(`/v1/edits/${id}/result`), second.call(appliance, 'GET', `/v1/edits/${id}/result`)]);
    const [there, here] = await Promise.all(results.map(async (result) => Buffer.from(await result.arrayBuffer())));
    expect([results.map(({ status }) => status), there!.equals(here!)]).toEqual([[200, 200], true]);

    const picture = await largePhoto();
    const begin = async (): Promise<string> => ((await (await second.edit(appliance, picture, { prefer: 'respond-async' })).json()) as { id: string }).id;
    const running = await caughtInTheMiddle(appliance, begin, { url: appliance.url, workerPids: () => second.workerPids() });
    const cancelled = await fetch(`${appliance.url}/v1/edits/${running.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${appliance.apiKey}` } });
    running.thaw();
    expect(await cancelled.json()).toMatchObject({ state: 'failed', code: 'edit.cancelled' });
    expect(await entriesOf(running.id)).toEqual(['reserve', 'release']);
  });
});

describe('an API process that holds edits and is killed', () => {
  it('before settlement: its edits are released within 10 s, and a retry with the key gets a terminal answer', async () => {
    second = await SecondHolder.start(appliance);
    const picture = await largePhoto();
    let tries = 0;
    const begin = async (): Promise<string> => ((await (await second.edit(appliance, picture, { prefer: 'respond-async', 'idempotency-key': `before-${++tries}` })).json()) as { id: string }).id;
    const { id, thaw } = await caughtInTheMiddle(appliance, begin, second);
    second.killApi();
    thaw();
    const killedMs = performance.now();
    await until(async () => (await stateOf(id)).state === 'failed', 10_000);
    expect(performance.now() - killedMs).toBeLessThan(10_000);
    expect([await stateOf(id), await entriesOf(id)]).toEqual([{ state: 'failed', code: 'edit.holder_lost' }, ['reserve', 'release']]);
    expect((await appliance.get(`/v1/edits/${id}/result`)).status).toBe(503);
    const again = await appliance.edit(picture, instruction, { headers: { 'idempotency-key': `before-${tries}` } });
    expect([again.status, ((await again.json()) as { code: string; editId: string })]).toEqual([503, expect.objectContaining({ code: 'edit.holder_lost', editId: id })]);
    expect(await entriesOf(id)).toEqual(['reserve', 'release']);
    expect(await goodwillOf(id)).toBe(0);
  });

  it('between settlement and the last byte: the charge stands and is given back as goodwill, once', async () => {
    second = await SecondHolder.start(appliance);
    const asked = await second.edit(appliance, photo(), { prefer: 'respond-async' });
    const { id } = (await asked.json()) as { id: string };
    await until(async () => (await stateOf(id)).state === 'settled');
    second.killApi();
    await until(async () => (await stateOf(id)).state === 'erased', 10_000);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect([await entriesOf(id), await goodwillOf(id)]).toEqual([expect.arrayContaining(['reserve', 'commit']), 1]);
    expect((await appliance.get(`/v1/edits/${id}/result`)).status).toBe(410);
  });
});
