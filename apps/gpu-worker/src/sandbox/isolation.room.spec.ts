import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Isolation } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildWorker, repository, strictForms } from '../worker.spec-parts.js';
import { commandFor, type Limits, type Sight } from './isolation.js';
import { proveIsolation, runProbe } from './probe-isolation.js';
import { findSight } from './sight.js';
import { StandbyPool } from './standby-pool.js';

const limits: Limits = { memoryBytesMax: 2 ** 31, cpuSecondsMax: 60 };

describe('the isolation of a sandbox', () => {
  let sight: Sight;
  let beside: string;

  beforeAll(() => {
    buildWorker();
    sight = findSight(path.join(repository, 'apps/gpu-worker/dist/sandbox-bundle/sandbox.cjs'));
    beside = mkdtempSync(path.join(repository, '../beside-'));
    writeFileSync(path.join(beside, 'secret'), 'planted');
  }, 60_000);

  afterAll(() => rmSync(beside, { recursive: true }));

  it.each([...strictForms, 'namespaces'] as const)('denies the network by %s', async (isolation) => {
    expect(await proveIsolation(sight, limits, isolation)).toMatchObject({ isolation, networkDenied: true });
  });

  it('finds that a plain process has a network, so the probe can tell', async () => {
    expect(await proveIsolation({ ...sight, filter: undefined }, limits, 'process')).toEqual({ isolation: 'process', networkDenied: false, callsFiltered: false });
  });

  it('filters system calls by bubblewrap and by the launcher, and in the other forms where setpriv can', async () => {
    for (const isolation of strictForms) expect(await proveIsolation(sight, limits, isolation)).toMatchObject({ callsFiltered: true });
    for (const isolation of ['namespaces', 'process'] as const) expect(await proveIsolation(sight, limits, isolation)).toMatchObject({ callsFiltered: sight.setprivFilters });
  });

  it.each(strictForms)('does not take %s for contained when the filter it should have is not in force', async (isolation) => {
    const everything = path.join(beside, 'allows-everything.bpf');
    writeFileSync(everything, Buffer.from('06000000 0000ff7f'.replace(' ', ''), 'hex'));
    await expect(proveIsolation({ ...sight, filter: everything }, limits, isolation)).rejects.toThrow('No sandbox');
  });

  it('has no form by the launcher where that was not built, or where there is no filter for it', async () => {
    for (const without of [{ launcher: path.join(beside, 'not-built') }, { filter: undefined }]) await expect(proveIsolation({ ...sight, ...without }, limits, 'landlock')).rejects.toThrow('No sandbox');
  });

  it('takes the strictest form that works', async () => {
    expect((await proveIsolation(sight, limits)).isolation).toBe('bubblewrap');
  });

  it.each(strictForms)('shows no file beside the repository and lets nothing be written, by %s', async (isolation) => {
    const probe = (form: Isolation, file: string, folder: string) => runProbe(commandFor(form, sight, limits, ['probe', '1', file, folder, '0']));
    const secret = path.join(beside, 'secret');
    expect(await probe('process', secret, beside)).toMatchObject({ readable: true });
    expect(await probe(isolation, secret, beside)).toMatchObject({ readable: false, writable: false });
    for (const folder of ['/', '/tmp', '/proc', '/dev', '/dev/shm', path.dirname(sight.entry)]) {
      expect(await probe(isolation, path.join(repository, 'package.json'), folder)).toMatchObject({ readable: false, writable: false });
    }
  });

  it('lets none but a plain process signal the worker or look into it', async () => {
    const reaches = async (form: Isolation) => (await runProbe(commandFor(form, sight, limits, ['probe', '1', '/etc/hostname', beside, String(process.pid)])))?.reachesWorker;
    // The control, where no filter stands in its way.
    expect(await runProbe(commandFor('process', { ...sight, filter: undefined }, limits, ['probe', '1', '/etc/hostname', beside, String(process.pid)]))).toMatchObject({ reachesWorker: true });
    for (const form of [...strictForms, 'namespaces'] as const) expect(await reaches(form)).toBe(false);
  });

  it('gives nobody a parameter of the kernel to write, not even in a worker of root', async () => {
    const probe = (form: Isolation) => runProbe(commandFor(form, sight, limits, ['probe', '1', '/etc/hostname', beside]));
    for (const form of strictForms) expect(await probe(form)).toMatchObject({ commandsKernel: false });
    expect(await probe('namespaces')).toMatchObject({ commandsKernel: false });
    // Where a plain process of this user can, the probe notices.
    expect(await probe('process')).toMatchObject({ commandsKernel: process.getuid?.() === 0 });
  });

  it('shows a sandbox in namespaces no file that is its worker\'s alone', async () => {
    const secret = path.join(beside, 'secret');
    chmodSync(secret, 0o600);
    const findings = await runProbe(commandFor('namespaces', sight, limits, ['probe', '1', secret, beside]));
    // Only root can give its sandboxes to another user.
    expect(findings).toMatchObject({ readable: process.getuid?.() !== 0 });
  });

  it('lets no form write a byte into a file', async () => {
    expect(await runProbe(commandFor('process', sight, limits, ['probe', '1', '/etc/hostname', beside]))).toMatchObject({ writable: false });
    expect(statSync(path.join(beside, 'written-from-inside')).size).toBe(0);
  });

  it('hands out each warm process once', async () => {
    const pool = new StandbyPool(() => commandFor('bubblewrap', sight, limits), () => 2);
    const taken = await Promise.all([pool.take(), pool.take(), pool.take()]);
    expect(new Set(taken.map((sandbox) => sandbox.pid)).size).toBe(3);
    for (const sandbox of taken) sandbox.kill();
    await Promise.all(taken.map((sandbox) => sandbox.ended));
    expect(taken.some((sandbox) => sandbox.alive)).toBe(false);
    await pool.close();
  });
});
