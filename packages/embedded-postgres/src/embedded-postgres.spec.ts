import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { accountFor } from './account.js';
import { startPostgres } from './index.js';

const root = join(import.meta.dirname, '../../..');
const password = 'p@ss word/1';
let home: string;
beforeAll(() => {
  // Mode 0700, as root's home has: no other user can get in.
  home = mkdtempSync(join(tmpdir(), 'postgres-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Whether the process still runs; one that ended but was not collected by its parent yet does not. */
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** A process of its own, hence with the compiled package, that starts a server and goes on with `script`; resolves at its first words. */
async function parentOf(directory: string, script: string, env: Record<string, string> = {}) {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript7/bin/tsc'), '-b', join(root, 'packages/embedded-postgres')]);
  const whole = `const { startPostgres } = await import(${JSON.stringify(join(root, 'packages/embedded-postgres/dist/index.js'))});
    const server = await startPostgres({ directory: ${JSON.stringify(directory)}, password: ${JSON.stringify(password)} });
    ${script}`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', whole], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '', ...env } });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, printed: printed.toString() };
}

describe('startPostgres', () => {
  it('keeps what was written over a stop and a start, and never gives up durability', async () => {
    const directory = join(home, 'kept');
    const first = await startPostgres({ directory, password });
    await query(first.url, 'create table t as select 7 as n');
    expect(await query(first.url, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    await first.stop();
    const second = await startPostgres({ directory, password });
    expect(await query(second.url, 'select n from t')).toEqual([{ n: 7 }]);
    await second.stop();
  });

  it('lets nobody in without the password', async () => {
    const server = await startPostgres({ directory: join(home, 'closed'), password });
    try {
      const wrong = server.url.replace(encodeURIComponent(password), 'wrong');
      await expect(query(wrong, 'select 1')).rejects.toThrow(/authentication failed/);
      expect(readFileSync(join(home, 'closed', 'pg_hba.conf'), 'utf8')).not.toMatch(/^[^#\n]*trust/m);
    } finally {
      await server.stop();
    }
  });

  it('refuses a folder on which another living appliance runs', async () => {
    const directory = join(home, 'taken');
    const server = await startPostgres({ directory, password });
    try {
      await expect(startPostgres({ directory, password })).rejects.toThrow(/Another appliance/);
      expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    } finally {
      await server.stop();
    }
  });

  it('leaves no server behind when its parent is killed with SIGKILL, and starts again', async () => {
    const directory = join(home, 'killed');
    const { parent } = await parentOf(directory, `console.log('up'); setInterval(() => {}, 1000);`);
    const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let i = 0; i < 200 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(alive(pid)).toBe(false);
    const again = await startPostgres({ directory, password });
    await again.stop();
  });

  it('stops the orphan of a former run before it starts', async () => {
    const directory = join(home, 'orphaned');
    await (await startPostgres({ directory, password })).stop();
    const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { postgres: string };
    const command = [...accountFor(directory, postgres).prefix, postgres, '-D', directory, '-p', '54321', '-c', 'listen_addresses=', '-c', `unix_socket_directories=${directory}`];
    spawnSync('sh', ['-c', '"$@" >/dev/null 2>&1 &', 'sh', ...command], { cwd: '/' });
    const lock = join(directory, 'postmaster.pid');
    for (let i = 0; i < 100 && !existsSync(lock); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    const orphan = Number(readFileSync(lock, 'utf8').split('\n')[0]);
    expect(alive(orphan)).toBe(true);
    const server = await startPostgres({ directory, password });
    expect(alive(orphan)).toBe(false);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  (process.getuid?.() === 0 ? it : it.skip)('as root runs as the owner of a folder that belongs to another user', async () => {
    chmodSync(home, 0o711);
    const directory = join(home, 'foreign');
    mkdirSync(directory);
    const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
    chownSync(directory, nobody, nobody);
    const first = await startPostgres({ directory, password });
    await query(first.url, 'create table t as select 7 as n');
    const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${nobody}\\s`, 'm'));
    await first.stop();
    const second = await startPostgres({ directory, password });
    expect(await query(second.url, 'select n from t')).toEqual([{ n: 7 }]);
    await second.stop();
    expect(statSync(directory).uid).toBe(nobody);
  });

  (process.getuid?.() === 0 ? it : it.skip)('as root starts also where the host allows no user namespaces', async () => {
    const directory = join(home, 'contained', 'data');
    mkdirSync(join(home, 'contained'), { mode: 0o700 });
    const fakes = join(home, 'fakes');
    mkdirSync(fakes);
    writeFileSync(join(fakes, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { printed } = await parentOf(directory, `
      const { statSync } = await import('node:fs');
      console.log('owner', statSync(${JSON.stringify(directory)}).uid);
      await server.stop();
      process.exit(0);`, { PATH: `${fakes}:${process.env['PATH']}` });
    expect(Number(/owner (\d+)/.exec(printed)?.[1])).toBeGreaterThan(0);
  });
});
