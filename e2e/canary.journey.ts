import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internalPaths } from '@flux-context/contracts';
import { byteNeedles, Canary, type Needle, type Place, textNeedles } from '@flux-context/testkit';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { content, scratch, token, unheard } from './content.js';
import { caughtInTheMiddle, signal, type Caught } from './middle.js';
import { until } from './until.js';

const root = join(import.meta.dirname, '..');
/** As many edits as `npm run canary -- --edits 500` says; few in the suite. */
const edits = Number(process.env['CANARY_EDITS'] ?? 12);
const words = unheard(77);
const instruction = `make it ${words} warmer`;
/** The same and more, so that it takes a while, and something can happen in the middle. */
const longInstruction = `resize to 6000 px wide, then ${instruction}, then resize to 1200 px wide`;
const fileName = `holiday-${token}.jpg`;
const described = `described as ${token}-${token}`;
const startedMs = Date.now();

let appliance: RunningAppliance;
let picture: Buffer;
let output: Buffer;
let needles: Needle[];
let canary: Canary;

/** A picture of noise, so that nothing in it occurs by chance. */
async function unique(width: number, height: number): Promise<Buffer> {
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } }).withExif({ IFD0: { ImageDescription: described, Artist: token } }).jpeg({ quality: 90 }).toBuffer();
}

const environment = { REDELIVERY_SECONDS: '2' };

beforeAll(async () => {
  picture = await unique(1_200, 900);
  content.picture('input file', picture);
  content.words(instruction);
  appliance = await RunningAppliance.start(environment);
});
afterAll(async () => {
  await appliance.end();
});

function send(init: { headers?: Record<string, string>; instruction?: string; image?: Buffer } = {}): Promise<Response> {
  const form = new FormData();
  form.set('image', new Blob([(init.image ?? picture).slice()]), fileName);
  form.set('instruction', init.instruction ?? instruction);
  form.set('options', JSON.stringify({ output: { format: 'png' } }));
  return fetch(`${appliance.url}/v1/edits`, { method: 'POST', headers: { authorization: `Bearer ${appliance.apiKey}`, ...init.headers }, body: form });
}

async function begun(words = instruction): Promise<string> {
  const answer = await send({ instruction: words, headers: { prefer: 'respond-async' } });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

const stateOf = async (id: string) => ((await (await appliance.get(`/v1/edits/${id}`)).json()) as { state: string }).state;
const over = (id: string) => until(async () => (await stateOf(id)) !== 'accepted');
const caught = () => caughtInTheMiddle(appliance, () => begun(longInstruction));

/** What travels to a worker, as one would fetch it. */
async function sealedParcels(id: string): Promise<Buffer> {
  const address = /^INTERNAL_URL=(.*)$/m.exec(readFileSync(`/proc/${appliance.pidsOf('api/dist/main.js')[0]}/environ`, 'utf8').replaceAll('\0', '\n'))![1]!;
  const credential = readFileSync(join(appliance.dataDirectory, 'secrets', 'pool-credential-shared'), 'utf8');
  const answer = await fetch(address + internalPaths.parcels(id), { headers: { authorization: `Bearer ${credential}` } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Everything the appliance can write: its data folder, and what was written to the folders for temporary files since. */
const places = (): Place[] => [
  { folder: appliance.dataDirectory },
  ...[tmpdir(), '/var/tmp', '/dev/shm'].map((folder) => ({ folder, sinceMs: startedMs, except: [scratch, appliance.dataDirectory] })),
];

async function hits() {
  await appliance.query('CHECKPOINT');
  return canary.search(places());
}

/** An edit that stands still in its sandbox; what was sealed of it is searched for from now on. */
async function sealedInTheMiddle(): Promise<Caught> {
  const edit = await caught();
  canary = new Canary([...needles, ...byteNeedles('sealed parcels', (await sealedParcels(edit.id)).subarray(2_048))]);
  return edit;
}

async function killDuring(victims: () => readonly number[]): Promise<string> {
  const { id, thaw } = await sealedInTheMiddle();
  signal(victims(), 'SIGKILL');
  thaw();
  return id;
}

describe('nothing is kept', () => {
  it('learns what an edit brings and takes away, and finds every form of it where it is planted', async () => {
    const answer = await send();
    expect(answer.status).toBe(200);
    output = Buffer.from(await answer.arrayBuffer());
    const { id, thaw } = await caught();
    const sealed = await sealedParcels(id);
    thaw();
    await over(id);
    const raw = await sharp(picture).raw().toBuffer();
    needles = [
      // Without what every JPEG begins with and every PNG begins and ends with.
      ...byteNeedles('input file', picture.subarray(2_048)), ...byteNeedles('output file', output.subarray(256, -64)), ...byteNeedles('raw pixels', raw), ...byteNeedles('edited pixels', await sharp(output).raw().toBuffer()),
      ...textNeedles('instruction', words), ...textNeedles('file name', fileName.slice(8)), ...textNeedles('EXIF text', `${token}-${token}`),
    ];
    canary = new Canary([...needles, ...byteNeedles('sealed parcels', sealed.subarray(2_048))]);
    expect(await canary.missedControls(scratch)).toEqual([]);
  });

  it('would find them in the database and in the log', async () => {
    await appliance.query('CREATE TABLE planted AS SELECT $1::bytea AS bytes, $2::text AS words', [picture, instruction]);
    const forms = new Set((await hits()).map(({ form }) => form));
    expect([...forms]).toEqual(expect.arrayContaining(['input file', 'instruction, UTF-8']));
    await appliance.query('DROP TABLE planted');
    // What is dropped stays in the write-ahead log and its recycled files: a new folder is the only clean one.
    await appliance.stop();
    rmSync(appliance.dataDirectory, { recursive: true });
    appliance = await RunningAppliance.start(environment);
  });

  it(`of ${edits} edits that succeed, fail, are cancelled or lose their caller`, async () => {
    const small = await sharp(picture).extract({ left: 0, top: 0, width: 300, height: 200 }).jpeg().toBuffer();
    for (let index = 0; index < edits; index++) await [
      async () => expect((await (await send()).arrayBuffer()).byteLength).toBeGreaterThan(100_000),
      async () => expect((await send({ instruction: `${words} words that nobody understands` })).status).toBe(422),
      async () => expect((await send({ image: picture.subarray(0, 60_000) })).status).toBe(422),
      async () => {
        const id = await begun();
        await fetch(`${appliance.url}/v1/edits/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${appliance.apiKey}` } });
        await over(id);
      },
      async () => expect((await send({ image: small })).status).toBe(200),
      async () => {
        const gone = AbortSignal.timeout(60);
        await appliance.edit(picture, instruction, { signal: gone }).catch(() => undefined);
      },
    ][index % 6]!();
    expect(await hits()).toEqual([]);
  });

  it('when the worker, a sandbox or the API is killed in the middle', async () => {
    for (const victims of [() => appliance.pidsOf('gpu-worker/dist/main.js'), () => appliance.pidsOf('dist/sandbox')]) await over(await killDuring(victims));
    await killDuring(() => appliance.pidsOf('api/dist/main.js'));
    await until(async () => (await appliance.get('/v1/limits').catch(() => undefined))?.ok === true);
    await until(async () => (await (await send()).arrayBuffer()).byteLength > 100_000);
    expect(await hits()).toEqual([]);
  });

  it('when PostgreSQL is killed in the middle, also after the start that recovers it', async () => {
    const server = Number(readFileSync(join(appliance.dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const { thaw } = await sealedInTheMiddle();
    process.kill(server, 'SIGKILL');
    thaw();
    await until(() => appliance.pids().length === 0);
    expect(await canary.search(places())).toEqual([]);
    appliance = await RunningAppliance.start(environment, appliance.dataDirectory);
    expect(createHash('sha256').update(Buffer.from(await (await send()).arrayBuffer())).digest('hex')).toBe(createHash('sha256').update(output).digest('hex'));
    expect(await hits()).toEqual([]);
  });

  it('of edits by an image model, also when its engine is killed in the middle', async () => {
    const models = join(appliance.dataDirectory, 'models');
    const flux = spawnSync(process.execPath, [join(root, 'apps/cli/bin/flux.js'), 'models', 'import', join(root, 'packages/diffusion/fixtures/flux2-klein')], { env: { ...process.env, NODE_OPTIONS: '', MODELS_DIR: models } });
    expect([flux.status, flux.stderr.toString()]).toEqual([0, expect.anything()]);
    // The first model, while everything runs.
    await until(async () => ((await (await appliance.get('/v1/limits')).json()) as { models: unknown[] }).models.length === 1);

    const image = await sharp(picture).extract({ left: 0, top: 0, width: 320, height: 256 }).png().toBuffer();
    const pixels = await sharp(image).raw().toBuffer();
    const painted = { image, instruction: `paint a dog as ${words}` };
    const answer = await send(painted);
    expect(answer.status).toBe(200);
    const edited = Buffer.from(await answer.arrayBuffer());
    canary = new Canary([...needles, ...byteNeedles('input of the model', image.subarray(256, -64)), ...byteNeedles('pixels of the model', pixels), ...byteNeedles('output of the model', edited.subarray(256, -64))]);

    const killed = send(painted);
    await until(async () => (await appliance.query<{ running: number }>("SELECT count(*)::int AS running FROM edits WHERE state = 'accepted'"))[0]!.running > 0);
    signal(appliance.pidsOf('engine-bundle'), 'SIGKILL');
    expect([200, 502]).toContain((await killed).status);
    await until(async () => (await (await send(painted)).arrayBuffer()).byteLength > 100_000);
    expect(await hits()).toEqual([]);
  });
});
