// @vitest-environment jsdom
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId, type EditStatus } from '@flux-context/contracts';
import { createClient } from '@flux-context/ui';
import { afterEach, describe, expect, it } from 'vitest';
import { runEdit, type Progress } from './run-edit.js';

const status = (more: Partial<EditStatus> = {}): EditStatus => ({ id: editId, state: 'accepted', engine: 'exact', pool: 'shared', createdAt: '2026-01-01T00:00:00Z', deadline: '2026-01-01T00:02:00Z', ...more });
const editId = newId('edit');
let server: Server | undefined;
afterEach(() => new Promise((resolve) => (server === undefined ? resolve(undefined) : (server.closeAllConnections(), server.close(resolve)))));

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const json = (code: number, body: unknown): Answer => (_, response) => void response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const events = (...statuses: EditStatus[]): Answer => (_, response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(statuses.map((s) => `event: status\ndata: ${JSON.stringify(s)}\n\n`).join(''));

/** An appliance that answers each kind of call with the next of its answers, repeating the last, and keeps what was called. */
async function appliance(answers: Record<string, Answer[]>) {
  const calls: string[] = [];
  server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*').setHeader('Access-Control-Allow-Methods', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const call = `${request.method} ${(request.url ?? '').replace(/^\/v1\/edits(\/edt_\w+)?/, '')}`.trim();
    calls.push(call);
    const left = answers[call] ?? [json(200, status())];
    request.resume().on('end', () => (left.length > 1 ? left.shift() : left[0])?.(request, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const seen: Progress[] = [];
  const cancel = new AbortController();
  const form = new FormData();
  form.append('instruction', 'make it brighter');
  return { calls, seen, cancel, run: () => runEdit(client, form, 'key-1', { signal: cancel.signal, onProgress: (progress) => seen.push(progress) }) };
}

const picture: Answer = (_, response) => void response.writeHead(200, { 'Content-Type': 'image/png' }).end('pixels');

describe('running an edit', () => {
  it('sends, follows, fetches and asks to delete the copy', async () => {
    const { run, calls, seen } = await appliance({
      POST: [json(202, status())],
      'GET /events': [events(status({ queuePosition: 2 }), status({ stage: 'edit', step: 1, steps: 3 }), status({ state: 'settled' }))],
      'GET /result': [picture],
    });
    const edited = await run();
    expect([await edited.picture.text(), edited.editId, edited.receiptNonce]).toEqual(['pixels', editId, undefined]);
    await expect.poll(() => calls).toEqual(['POST', 'GET /events', 'GET /result', 'DELETE']);
    expect(seen.filter(({ phase }) => phase !== 'sending')).toEqual([{ phase: 'waiting', ahead: undefined }, { phase: 'waiting', ahead: 2 }, { phase: 'working', stage: 'edit', step: 1, steps: 3 }, { phase: 'receiving' }]);
  });

  it.each([[0, true], [0.2, false]])('says whether the model changed anything: a share of %d', async (changedShare, unchanged) => {
    const settled = status({ state: 'settled', engine: 'diffusion', drift: { reframed: false, changedShare, differingBytes: 0 } });
    const { run } = await appliance({ POST: [json(202, status())], 'GET /events': [events(settled)], 'GET /result': [picture] });
    expect((await run()).unchanged).toBe(unchanged);
  });

  it('says why it failed, in the words of the code', async () => {
    const { run } = await appliance({ POST: [json(202, status())], 'GET /events': [events(status({ state: 'failed', code: 'edit.worker_lost' }))] });
    await expect(run()).rejects.toMatchObject({ code: 'edit.worker_lost', message: 'The worker stopped while editing. Nothing was charged. Try again.' });
  });

  it('goes on following when the events break off', async () => {
    const { run, calls } = await appliance({
      POST: [json(202, status())],
      'GET /events': [events(status({ queuePosition: 1 })), events(status({ state: 'settled' }))],
      GET: [json(200, status({ queuePosition: 1 }))],
      'GET /result': [picture],
    });
    await run();
    expect(calls.filter((call) => call === 'GET /events')).toHaveLength(2);
  });

  it('cancels at the appliance what it had accepted', async () => {
    const held: Answer = (_, response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`event: status\ndata: ${JSON.stringify(status({ queuePosition: 4 }))}\n\n`);
    const { run, calls, cancel, seen } = await appliance({ POST: [json(202, status())], 'GET /events': [held] });
    const running = run();
    const refused = expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => seen.some((progress) => progress.phase === 'waiting' && progress.ahead === 4)).toBe(true);
    cancel.abort();
    await refused;
    expect(calls).toContain('DELETE');
  });

  it('passes on a refusal with its waiting time', async () => {
    const busy: Answer = (_, response) => void response.writeHead(429, { 'Retry-After': '7', 'Access-Control-Expose-Headers': 'Retry-After' }).end(JSON.stringify({ type: 'about:blank', title: 'Full.', status: 429, code: 'capacity.parcels', requestId: 'req_1', retryable: true }));
    const { run, calls } = await appliance({ POST: [busy] });
    await expect(run()).rejects.toMatchObject({ code: 'capacity.parcels', retryAfterSeconds: 7 });
    expect(calls).toEqual(['POST']);
  });
});
