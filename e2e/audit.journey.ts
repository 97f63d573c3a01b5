import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningAppliance } from './appliance.js';
import { content, scratch as folder } from './content.js';
import { photo, photoFile } from './pictures.js';
import { until } from './until.js';

const root = join(import.meta.dirname, '..');

let appliance: RunningAppliance;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
});
afterAll(async () => {
  await appliance.end();
});

const verifyLog = (...args: string[]) => flux('verify', 'log', ...args);

async function flux(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', DATA_DIR: appliance.dataDirectory };
  return promisify(execFile)(process.execPath, [join(root, 'apps/cli/bin/flux.js'), ...args], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, output: stdout + stderr }),
  );
}

const signedSize = async () => Number((await (await appliance.get('/v1/admin/audit/checkpoint')).text()).split('\n')[1]);
const events = async () => Number((await appliance.query<{ count: string }>('select count(*) from audit_outbox'))[0]!.count);
const allSigned = () => until(async () => (await signedSize()) === (await events()));

describe('an auditor', () => {
  it('verifies the log of edits on his own computer, keeps it, and goes on from there', async () => {
    expect((await appliance.edit(photo(), 'crop to square')).status).toBe(200);
    await allSigned();
    const first = await verifyLog('--save', 'monday');
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('all as they were signed') });
    const log = readFileSync(join(folder, 'monday/tile/entries', `000.p/${await signedSize()}`), 'latin1');
    expect(log).toContain('"name":"edit.accepted"');
    expect(log).not.toContain('crop');
    expect((await appliance.edit(photo(), 'make it black and white')).status).toBe(200);
    await allSigned();
    const key = readFileSync(join(folder, 'monday/key'), 'utf8').trim();
    expect(await verifyLog('--key', key, '--checkpoint', 'monday/checkpoint', '--save', 'tuesday')).toMatchObject({ code: 0, output: expect.stringContaining('goes on from the earlier checkpoint') });
    expect(existsSync(join(folder, 'tuesday/checkpoint'))).toBe(true);
  });

  it('is shown a receipt, checks it without the appliance and against the log that he kept, and finds what was changed in it', async () => {
    const picture = photoFile();
    content.words('make it sepia');
    expect(await flux('edit', picture, 'make it sepia', '-o', 'out.png', '--receipt', 'receipt.json')).toMatchObject({ code: 0 });
    await allSigned();
    expect((await verifyLog('--save', 'wednesday')).code).toBe(0);
    const keys = (await (await fetch(`${appliance.url}/v1/receipts/keys`)).json()) as { receipt: string; log: string };
    const check = (file: string) => flux('verify', 'receipt', file, '--input', picture, '--output', 'out.png', '--key', keys.receipt, '--log-key', keys.log, '--log', 'wednesday');
    expect(await check('receipt.json')).toMatchObject({ code: 0, output: expect.stringContaining('The log in wednesday has this entry, too.') });
    writeFileSync(join(folder, 'other.json'), readFileSync(join(folder, 'receipt.json'), 'utf8').replace('"parcels": "overwritten"', '"parcels": "overwritten "'));
    expect((await check('other.json')).code).toBe(6);
    writeFileSync(join(folder, 'other.json'), readFileSync(join(folder, 'receipt.json'), 'utf8').replace('"build": "development"', '"build": "certified"'));
    expect(await check('other.json')).toMatchObject({ code: 6, output: expect.stringContaining('not what its key has signed') });
  });

  it('finds what a superuser of the database changed', async () => {
    const row = `(select outbox_id from audit_entries where index = 1)`;
    await expect(appliance.query(`update audit_outbox set body = 'x' where id = ${row}`)).rejects.toThrow('what was recorded stays');
    await appliance.query('alter table audit_outbox disable trigger all');
    await appliance.query(`update audit_outbox set body = replace(convert_from(body, 'utf8'), '"version":1', '"version":2')::bytea where id = ${row}`);
    expect(await verifyLog()).toMatchObject({ code: 6, output: expect.stringContaining('Entry 1 is not the one that was signed.') });
  });
});
