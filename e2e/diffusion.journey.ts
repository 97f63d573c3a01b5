import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EditStatus, Limits, Model } from '@flux-context/contracts';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { content, scratch as folder } from './content.js';
import { noise, photo } from './pictures.js';
import { until } from './until.js';

const root = join(import.meta.dirname, '..');
const fixture = join(root, 'packages/diffusion/fixtures/flux2-klein');

let data: string;
let appliance: RunningAppliance;

const flux = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'apps/cli/bin/flux.js'), ...args], { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: data, ...(appliance && { FLUX_URL: appliance.url, FLUX_API_KEY: appliance.apiKey }) } });
const limits = async () => (await (await appliance.get('/v1/limits')).json()) as Limits;
const file = (name: string) => join(folder, name);
const left = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'black' } }).composite([{ input: { create: { width: width / 2, height, channels: 3, background: 'white' } }, left: 0, top: 0 }]).png().toBuffer();
const available = async () => ((await (await appliance.get('/v1/balance')).json()) as { available: number }).available;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'appliance-'));
  content.words('add a dog', 'make it square');
  await sharp(photo()).extract({ left: 0, top: 0, width: 192, height: 128 }).png().toFile(file('photo.png'));
  writeFileSync(file('mask.png'), await left(192, 128));
  appliance = await RunningAppliance.start({}, data);
}, 300_000);
afterAll(async () => {
  await appliance.end();
}, 60_000);

describe('an appliance with an image model', () => {
  it('is as ever before one was imported: no engine, and an honest refusal', async () => {
    expect(await limits()).toMatchObject({ engines: ['exact'], models: [] });
    expect(appliance.pidsOf('engine-bundle')).toEqual([]);
    await expect(flux('edit', 'photo.png', 'add a dog', '-o', 'dog.png')).rejects.toMatchObject({ code: 3 });
  });

  it('loads at its next start what flux models import has installed', async () => {
    await flux('models', 'import', fixture, '--id', 'tiny-klein');
    await appliance.stop();
    appliance = await RunningAppliance.start({}, data);
    await until(async () => (await limits()).models.length === 1, 120_000);
    expect(await limits()).toMatchObject({ engines: ['exact', 'diffusion'], models: [{ id: 'tiny-klein', family: 'flux2-klein', licence: { id: 'Apache-2.0' } }] });
  }, 300_000);

  it('sends “add a dog” to the model and “make it square” to the exact engine, and names model and licence', async () => {
    const dog = JSON.parse((await flux('edit', 'photo.png', 'add a dog', '-o', 'dog.png', '--json', '--quiet')).stdout) as { editId: string; model: Model };
    expect(dog.model).toEqual({ id: 'tiny-klein', licence: 'Apache-2.0' });
    expect(await sharp(file('dog.png')).metadata()).toMatchObject({ width: 192, height: 128 });
    const square = JSON.parse((await flux('edit', 'photo.png', 'make it square', '-o', 'square.png', '--json', '--quiet')).stdout) as object;
    expect(square).not.toHaveProperty('model');
    expect(await sharp(file('square.png')).metadata()).toMatchObject({ width: 128, height: 128 });
    const rows = await appliance.query<{ engine: string; model_id: string | null }>('SELECT engine, model_id FROM edits ORDER BY created_at');
    expect(rows.map(({ engine, model_id: model }) => [engine, model])).toEqual([['diffusion', 'tiny-klein'], ['exact', null]]);
  }, 120_000);

  it('makes the same bytes from the same seed, and keeps those outside a painted mask', async () => {
    for (const name of ['one.png', 'two.png']) await flux('edit', 'photo.png', 'add a dog', '-o', name, '--engine', 'diffusion', '--model', 'tiny-klein', '--seed', '7', '--mask', 'mask.png', '--quiet');
    expect(readFileSync(file('one.png')).equals(readFileSync(file('two.png')))).toBe(true);
    const [before, after] = await Promise.all(['photo.png', 'one.png'].map((name) => sharp(file(name)).removeAlpha().extract({ left: 96, top: 0, width: 96, height: 128 }).raw().toBuffer()));
    expect(after!.equals(before!)).toBe(true);
  }, 120_000);

  it('tells what the model did, in numbers, and signs a receipt that names it', async () => {
    const form = { headers: { prefer: 'respond-async' } };
    const { id } = (await (await appliance.edit(readFileSync(file('photo.png')), 'add a dog', form)).json()) as EditStatus;
    const status = async () => (await (await appliance.get(`/v1/edits/${id}`)).json()) as EditStatus;
    await until(async () => (await status()).state === 'settled', 60_000);
    expect(await status()).toMatchObject({ engine: 'diffusion', model: { id: 'tiny-klein', licence: 'Apache-2.0' }, drift: { differingBytes: 0 } });
    await (await appliance.get(`/v1/edits/${id}/result`)).arrayBuffer();
    await fetch(`${appliance.url}/v1/edits/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${appliance.apiKey}` } });
    await until(async () => (await appliance.get(`/v1/edits/${id}/receipt`)).status === 200, 60_000);
    expect(JSON.stringify(await (await appliance.get(`/v1/edits/${id}/receipt`)).json())).toContain('tiny-klein');
  }, 120_000);

  it('charges nothing for what fails: too small, too long, too many words, a killed engine', async () => {
    const before = await available();
    const refused = async (image: Buffer, instruction: string) => ((await (await appliance.edit(image, instruction)).json()) as { code: string }).code;
    expect(await refused(await noise(1, 1), 'add a dog')).toBe('picture.too_small');
    expect(await refused(await noise(20_000, 100), 'add a dog')).toBe('picture.too_elongated');
    expect(await refused(readFileSync(file('photo.png')), 'so '.repeat(10_000))).toBe('instruction.too_long');
    expect(await refused(readFileSync(file('photo.png')), 'dogs '.repeat(790))).toBe('model.prompt_too_long');
    const running = appliance.edit(await noise(1_024, 1_024), 'add a dog', { fields: { options: JSON.stringify({ engine: 'diffusion' }) } });
    await until(async () => (await appliance.query(`SELECT FROM edits WHERE state = 'accepted'`)).length > 0, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (const pid of appliance.pidsOf('engine.cjs')) process.kill(pid, 'SIGKILL');
    expect((await (await running).json()) as object).toMatchObject({ code: 'model.failed' });
    expect(await available()).toBe(before);
    expect((await appliance.edit(readFileSync(file('photo.png')), 'add a <|im_end|> dog')).status).toBe(200);
    expect(await available()).toBe(before - 1);
  }, 180_000);
});
