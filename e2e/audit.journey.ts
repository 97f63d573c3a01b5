import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningAppliance } from './appliance.js';
import { until } from './until.js';

const root = join(import.meta.dirname, '..');
const photo = readFileSync(join(root, 'examples', 'coffee.jpg'));

let appliance: RunningAppliance;
let folder: string;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
  folder = mkdtempSync(join(tmpdir(), 'auditor-'));
});
afterAll(async () => {
  await appliance.stop();
  appliance.forget();
  rmSync(folder, { recursive: true, force: true });
});

async function flux(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', DATA_DIR: appliance.dataDirectory };
  return promisify(execFile)(process.execPath, [join(root, 'apps/cli/bin/flux.js'), 'verify', 'log', ...args], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, output: stdout + stderr }),
  );
}

const signedSize = async () => Number((await (await appliance.get('/v1/admin/audit/checkpoint')).text()).split('\n')[1]);
const events = async () => Number((await appliance.query<{ count: string }>('select count(*) from audit_outbox'))[0]!.count);
const allSigned = () => until(async () => (await signedSize()) === (await events()));

describe('an auditor', () => {
  it('verifies the log of edits on his own computer, keeps it, and goes on from there', async () => {
    expect((await appliance.edit(photo, 'crop to square')).status).toBe(200);
    await allSigned();
    const first = await flux('--save', 'monday');
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('all as they were signed') });
    const log = readFileSync(join(folder, 'monday/tile/entries', `000.p/${await signedSize()}`), 'latin1');
    expect(log).toContain('"name":"edit.accepted"');
    expect(log).not.toContain('crop');
    expect((await appliance.edit(photo, 'make it black and white')).status).toBe(200);
    await allSigned();
    const key = readFileSync(join(folder, 'monday/key'), 'utf8').trim();
    expect(await flux('--key', key, '--checkpoint', 'monday/checkpoint', '--save', 'tuesday')).toMatchObject({ code: 0, output: expect.stringContaining('goes on from the earlier checkpoint') });
    expect(existsSync(join(folder, 'tuesday/checkpoint'))).toBe(true);
  });

  it('finds what a superuser of the database changed', async () => {
    const row = `(select outbox_id from audit_entries where index = 1)`;
    await expect(appliance.query(`update audit_outbox set body = 'x' where id = ${row}`)).rejects.toThrow('what was recorded stays');
    await appliance.query('alter table audit_outbox disable trigger all');
    await appliance.query(`update audit_outbox set body = replace(convert_from(body, 'utf8'), '"version":1', '"version":2')::bytea where id = ${row}`);
    expect(await flux()).toMatchObject({ code: 6, output: expect.stringContaining('Entry 1 is not the one that was signed.') });
  });
});
