import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorDefinitions, type EditStatus, type ErrorCode, type Problem, type ReceiptDocument, receiptWords } from '@flux-context/contracts';
import { runProgram } from './program.js';

const editId = `edt_${'a'.repeat(32)}`;
const edited = randomBytes(150_000);
const status = (more: Partial<EditStatus> = {}): EditStatus => ({
  id: editId, state: 'accepted', engine: 'exact', pool: 'shared', stage: 'queue', createdAt: '2026-01-31T14:00:00Z', deadline: '2026-01-31T14:01:00Z', ...more,
});
const event = (more: Partial<EditStatus>) => `: still here\n\nevent: status\ndata: ${JSON.stringify(status(more))}\n\n`;

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const json = (code: number, body: unknown): Answer => (response) => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refuse = (code: ErrorCode, more: Partial<Problem> = {}, headers = {}): Answer => (response) => {
  const { title, status, retryable } = errorDefinitions[code];
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify({ type: 'about:blank', title, status, retryable, code, requestId: 'req_1', ...more }));
};
const tell = (...events: string[]): Answer => (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
const hang: Answer = () => undefined;
const breakOff: Answer = (response) => response.destroy();

/** The appliance as the contract describes it; each door answers from its list, the last answer again and again. */
class ContractServer {
  readonly calls: { door: string; headers: IncomingMessage['headers']; form: FormData | undefined }[] = [];
  readonly doors: Record<string, Answer[]> = {
    'POST /v1/edits': [json(202, status())],
    [`GET /v1/edits/${editId}/events`]: [tell(event({ queuePosition: 2 }), event({ stage: 'edit', step: 1, steps: 2 }), event({ state: 'settled' }))],
    [`GET /v1/edits/${editId}/result`]: [(response) => response.writeHead(200, { 'content-type': 'image/png' }).end(edited)],
    [`DELETE /v1/edits/${editId}`]: [json(200, status({ state: 'failed', code: 'edit.cancelled' }))],
  };
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  private async answer(request: IncomingMessage, response: ServerResponse) {
    const door = `${request.method} ${request.url}`;
    const body = Buffer.concat(await request.toArray());
    const form = request.headers['content-type']?.startsWith('multipart/') ? await new Response(body, { headers: { 'content-type': request.headers['content-type'] } }).formData() : undefined;
    this.calls.push({ door, headers: request.headers, form });
    const answers = this.doors[door] ?? [refuse('request.not_found')];
    (answers.length > 1 ? answers.shift()! : answers[0]!)(response, request);
  }

  async start() {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  called = (door: string) => this.calls.filter((call) => call.door === door);
}

const field = (form: FormData | undefined, name: string) => form?.get(name) as string;
const fileText = async (form: FormData | undefined, name: string) => new Response(form?.get(name) as File | undefined).text();
const create = 'POST /v1/edits';
const events = `GET /v1/edits/${editId}/events`;
const result = `GET /v1/edits/${editId}/result`;
const receiptDoor = `GET /v1/edits/${editId}/receipt`;
const receipt: ReceiptDocument = {
  receipt: {
    version: 1, editId, personId: `per_${'b'.repeat(32)}`, pool: 'shared', engine: 'exact', model: null, isolation: 'process', sandboxEnded: true, parcels: 'overwritten', build: null, attestation: 'none',
    acceptedAt: '2026-01-31T14:00:00.000Z', settledAt: '2026-01-31T14:00:01.000Z', deliveredAt: null, erasedAt: '2026-01-31T14:00:03.000Z',
    inputHmac: 'e'.repeat(64), outputHmac: 'f'.repeat(64), log: 'appliance.example/audit', ...receiptWords,
  },
  signature: '— appliance.example/audit/receipts AAAA', entry: '{}', proof: 'c2sp.org/tlog-proof@v1', keys: { receipt: 'r', log: 'l' },
};
const cancel = `DELETE /v1/edits/${editId}`;

describe('flux', () => {
  let server: ContractServer;
  let url: string;
  let folder: string;
  let picture: string;
  let output: string;
  beforeEach(async () => {
    server = new ContractServer();
    url = await server.start();
    folder = await mkdtemp(path.join(tmpdir(), 'flux-'));
    picture = path.join(folder, 'secret-name.jpg');
    output = path.join(folder, 'out.png');
    await writeFile(picture, 'picture bytes');
  });
  afterEach(async () => {
    server.stop();
    await rm(folder, { recursive: true });
  });

  async function flux(args: string[], { stdin = '', signal = new AbortController().signal, env = {} }: { stdin?: string; signal?: AbortSignal; env?: Record<string, string> } = {}) {
    const [stdout, stderr] = [new PassThrough({ highWaterMark: 1e7 }), new PassThrough({ highWaterMark: 1e7 })];
    const exitCode = await runProgram(args, { env: { FLUX_URL: url, FLUX_API_KEY: 'key', ...env }, cwd: folder, stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, signal });
    const written = (stream: PassThrough): Buffer => (stream.read() as Buffer | null) ?? Buffer.alloc(0);
    return { exitCode, stdout: written(stdout), stderr: written(stderr).toString() };
  }
  const edit = (...more: string[]) => ['edit', picture, 'make it black and white', '-o', output, ...more];

  it('edits a picture and tells how far it is', async () => {
    const { exitCode, stderr } = await flux(edit());
    expect(stderr).toMatch(/^sending\nwaiting\nwaiting, 2 ahead\nediting\nfetching\nSaved .*out\.png \(150 kB, [\d.]+ s\)\n$/);
    expect(exitCode).toBe(0);
    expect(edited.equals(await readFile(output))).toBe(true);
    const [call] = server.called(create);
    expect(call?.headers).toMatchObject({ authorization: 'Bearer key', prefer: 'respond-async', 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(Number(call?.headers['content-length'])).toBeGreaterThan(0);
    expect(call?.form?.get('instruction')).toBe('make it black and white');
    expect(JSON.parse(field(call?.form, 'options'))).toEqual({ output: { format: 'png' } });
    expect(await fileText(call?.form, 'image')).toBe('picture bytes');
  });

  it('sends every option, and no file name', async () => {
    const [mask, plan] = [path.join(folder, 'private-mask.png'), path.join(folder, 'plan.json')];
    await writeFile(mask, 'mask');
    await writeFile(plan, JSON.stringify({ version: 1, operations: [{ op: 'invert' }] }));
    const { exitCode } = await flux(['edit', picture, '--plan', plan, '--mask', mask, '--reference', mask, '--reference', picture, '--engine', 'exact', '--seed', '7', '--quality', '80', '-o', path.join(folder, 'o.webp'), '--quiet']);
    expect(exitCode).toBe(0);
    const form = server.called(create)[0]!.form!;
    expect(JSON.parse(field(form, 'options'))).toEqual({ engine: 'exact', seed: 7, output: { format: 'webp', quality: 80 } });
    expect(form.has('instruction')).toBe(false);
    expect(form.getAll('reference')).toHaveLength(2);
    expect([...form.values()].filter((value) => typeof value !== 'string').map((file) => file.name)).toEqual(['image', 'mask', 'reference', 'reference']);
  });

  it('reads the standard input and writes the standard output', async () => {
    const { exitCode, stdout, stderr } = await flux(['edit', '-', 'invert', '-o', '-', '--format', 'png'], { stdin: 'piped' });
    expect(exitCode).toBe(0);
    expect(edited.equals(stdout)).toBe(true);
    expect(stderr).toContain('Done');
    expect(await fileText(server.called(create)[0]!.form, 'image')).toBe('piped');
  });

  it('keeps the receipt on request: has the edit erased, waits for it, and puts the nonce beside it', async () => {
    const nonce = 'd'.repeat(64);
    server.doors[create] = [json(202, status({ receiptNonce: nonce }))];
    server.doors[receiptDoor] = [refuse('receipt.not_ready', {}, { 'retry-after': '0' }), refuse('receipt.not_ready', {}, { 'retry-after': '0' }), json(200, receipt)];
    const kept = path.join(folder, 'receipt.json');
    const { exitCode, stderr } = await flux(['edit', picture, 'make it sepia', '-o', output, '--receipt', kept]);
    expect([exitCode, server.called(cancel).length, server.called(receiptDoor).length]).toEqual([0, 1, 3]);
    expect(JSON.parse(await readFile(kept, 'utf8'))).toEqual({ ...receipt, nonce });
    expect(stderr).toContain(`flux verify receipt ${kept} --input ${picture} --output ${output}`);
  });

  it('fetches a receipt later, and says why there is none', async () => {
    server.doors[receiptDoor] = [json(200, receipt), refuse('receipt.not_ready', {}, { 'retry-after': '2' }), refuse('receipt.withheld')];
    const { exitCode, stdout } = await flux(['receipt', editId]);
    expect([exitCode, JSON.parse(stdout.toString())]).toEqual([0, receipt]);
    expect(await flux(['receipt', editId])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('Try again in 2 s') });
    expect(await flux(['receipt', editId])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('Nobody observed') });
    expect((await flux(['receipt', '../people'])).exitCode).toBe(2);
    expect((await flux(['receipt', editId, '--nonce', 'short'])).exitCode).toBe(2);
  });

  it('prints the outcome as JSON', async () => {
    const { stdout, stderr } = await flux(edit('--json', '--quiet'));
    expect(JSON.parse(stdout.toString())).toEqual({ editId, output, bytes: 150_000, seconds: expect.any(Number) });
    expect(stderr).toBe('');
    server.doors[create] = [refuse('quota.exhausted')];
    const refused = await flux(['edit', picture, 'invert', '-o', path.join(folder, 'b.png'), '--json', '--quiet']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'quota.exhausted', status: 402 });
  });

  it.each<[string, Answer, number, string]>([
    ['no edits are left', refuse('quota.exhausted'), 4, 'No edits are left'],
    ['the picture is refused', refuse('picture.type'), 3, 'not a JPEG'],
    ['the key is refused', refuse('principal.missing'), 3, 'FLUX_API_KEY'],
    ['the appliance is full', refuse('capacity.parcels', {}, { 'retry-after': '12' }), 3, 'Try again in 12 s.'],
    ['no worker is there', refuse('pool.unavailable'), 5, 'No worker is ready'],
    ['a proxy answers', (response) => response.writeHead(502).end('<html>'), 5, 'not as an appliance'],
    ['another server answers', (response) => response.writeHead(200).end('<html>'), 5, 'not answer as this version'],
    ['it is sent elsewhere', (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(), 5, 'No appliance answers'],
  ])('says so when %s', async (_, answer, exitCode, words) => {
    server.doors[create] = [answer];
    const outcome = await flux(edit());
    expect(outcome.stderr).toContain(words);
    expect(outcome.exitCode).toBe(exitCode);
    expect(await readdir(folder)).toEqual(['secret-name.jpg']);
  });

  it('underlines what was not understood', async () => {
    server.doors[create] = [refuse('instruction.needs_model', { notUnderstood: [{ start: 8, end: 13 }], suggestions: ['make it black and white'] })];
    const { exitCode, stderr } = await flux(edit());
    expect(exitCode).toBe(3);
    expect(stderr).toContain('  make it black and white\n          ^^^^^\n');
  });

  it('tells why an edit failed while it ran', async () => {
    server.doors[events] = [tell(event({ state: 'failed', code: 'edit.worker_lost' }))];
    server.doors[result] = [refuse('edit.worker_lost')];
    const { exitCode, stderr } = await flux(edit());
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('The worker stopped while editing')]);
  });

  it('sends again once after a broken connection, under the same key', async () => {
    server.doors[create] = [breakOff, json(202, status())];
    expect((await flux(edit())).exitCode).toBe(0);
    const keys = server.called(create).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await fileText(server.called(create)[1]!.form, 'image')).toBe('picture bytes');
    server.doors[create] = [breakOff];
    expect((await flux(edit('--force'))).exitCode).toBe(5);
    expect(server.called(create)).toHaveLength(4);
  });

  it('takes up the events and the result again when they break off', async () => {
    const partly: Answer = (response) => {
      response.writeHead(200, { 'content-length': edited.length }).write(edited.subarray(0, 1_000), () => response.destroy());
    };
    server.doors[events] = [tell(event({ stage: 'open' })), breakOff, tell(event({ state: 'settled' }))];
    server.doors[result] = [partly, (response) => response.writeHead(200).end(edited)];
    expect((await flux(edit())).exitCode).toBe(0);
    expect(edited.equals(await readFile(output))).toBe(true);
    server.doors[result] = [partly];
    expect((await flux(edit('--force'))).exitCode).toBe(5);
    expect(edited.equals(await readFile(output))).toBe(true);
    expect(await readdir(folder)).toEqual(['out.png', 'secret-name.jpg']);
  });

  it.each([events, result])('cancels on the appliance when the person cancels during %s', async (door) => {
    const cancelling = new AbortController();
    server.doors[door] = [(response) => {
      response.writeHead(200).write(event({ stage: 'edit' }));
      setTimeout(() => cancelling.abort(), 50);
    }];
    const { exitCode, stderr } = await flux(edit(), { signal: cancelling.signal });
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('Cancelled.')]);
    expect(server.called(cancel)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['secret-name.jpg']);
  });

  it('lets go of the upload when the person cancels during it', async () => {
    const cancelling = new AbortController();
    server.doors[create] = [hang];
    setTimeout(() => cancelling.abort(), 100);
    expect((await flux(edit(), { signal: cancelling.signal })).exitCode).toBe(130);
    expect(server.called(cancel)).toHaveLength(0);
  });

  it('says so when nobody answers', async () => {
    server.stop();
    const { exitCode, stderr } = await flux(edit());
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('No appliance answers at http://127.0.0.1')]);
  });

  it.each<[string, (file: string) => string[]]>([
    ['no command', () => ['--nonsense']],
    ['neither words nor plan', (file) => ['edit', file, '-o', 'x.png']],
    ['words and a plan', (file) => ['edit', file, 'invert', '--plan', file, '-o', 'x.png']],
    ['no output', (file) => ['edit', file, 'invert']],
    ['a missing picture', () => ['edit', 'nowhere.jpg', 'invert', '-o', 'x.png']],
    ['an output that exists', (file) => ['edit', file, 'invert', '-o', file]],
    ['a quality of 0', (file) => ['edit', file, 'invert', '-o', 'x.png', '--quality', '0']],
    ['a seed that is no number', (file) => ['edit', file, 'invert', '-o', 'x.png', '--seed', '1e3']],
    ['an engine that is none', (file) => ['edit', file, 'invert', '-o', 'x.png', '--engine', 'magic']],
    ['a plan that is none', (file) => ['edit', file, '--plan', file, '-o', 'x.png']],
    ['two files from the standard input', () => ['edit', '-', 'invert', '--mask', '-', '-o', 'x.png']],
    ['an empty standard input', () => ['edit', '-', 'invert', '-o', 'x.png']],
    ['JSON and the picture on one output', (file) => ['edit', file, 'invert', '-o', '-', '--json']],
  ])('sends nothing for a wrong call: %s', async (_, args) => {
    const { exitCode, stderr } = await flux(args(picture));
    expect(exitCode).toBe(2);
    expect(stderr.trim()).not.toBe('');
    expect(server.calls).toEqual([]);
  });

  it('names the faults of a plan before anything is sent', async () => {
    const plan = path.join(folder, 'plan.json');
    await writeFile(plan, JSON.stringify({ version: 1, operations: [{ op: 'gamma', gamma: 99 }] }));
    expect((await flux(['edit', picture, '--plan', plan, '-o', output])).stderr).toContain('operations.0.gamma');
  });

  it('shows the balance and the limits', async () => {
    server.doors['GET /v1/balance'] = [json(200, { account: 'organisation', available: 9_998, pending: 1, used: 1, granted: 10_000, grants: [{ id: `grt_${'b'.repeat(32)}`, kind: 'monthly', amount: 10_000, remaining: 9_998, expiresAt: '2026-03-01T00:00:00Z' }] })];
    server.doors['GET /v1/limits'] = [json(200, { pictureBytesMax: 20_971_520, picturePixelsMax: 100_000_000, referencesMax: 4, instructionLengthMax: 4_000, deadlineSeconds: 120, redeliverySeconds: 60, sourceFormats: ['jpeg', 'heic'], outputFormats: ['png'], engines: ['exact', 'diffusion'], models: [{ id: 'klein', family: 'flux2-klein', licence: { id: 'Apache-2.0', name: 'Apache License 2.0', requiresAcceptance: false }, limits: { sideMin: 64, aspectMax: 8, referencesMax: 3 } }] })];
    expect((await flux(['balance'])).stdout.toString()).toBe('9,998 edits left for the organisation, 1 running\n  monthly: 9,998 of 10,000, until 2026-03-01\n');
    expect(JSON.parse((await flux(['balance', '--json'])).stdout.toString())).toMatchObject({ available: 9_998 });
    const { stdout } = await flux(['limits']);
    expect(stdout.toString()).toContain('up to 20.9 MB and 100 megapixels');
    expect(stdout.toString()).toContain('Models:   klein (Apache-2.0); up to 3 reference pictures; pictures of 64 pixels a side or more, up to 8:1\n');
  });

  it('helps', async () => {
    const { exitCode, stdout } = await flux(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toContain('Exit codes:');
    expect((await flux(['edit', '--help'])).stdout.toString()).toContain('--reference <file>');
    expect((await flux([])).exitCode).toBe(2);
  });
});
