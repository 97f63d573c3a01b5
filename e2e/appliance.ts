import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@flux-context/runtime';
import type { Hit } from '@flux-context/testkit';
import { Client } from 'pg';
import { content, scratch, token } from './content.js';

const root = join(import.meta.dirname, '..');

/**
 * The appliance as `npm start` starts it, in a data folder of its own, on ports of its own. Whatever is sent and received by it
 * here is content; a journey that sends by another way tells `content`. It ends by `end`, which searches for all of it.
 */
export class RunningAppliance {
  private ended = false;

  private constructor(
    readonly dataDirectory: string,
    readonly url: string,
    readonly signInUrl: string,
    private readonly metricsPort: number,
    private readonly child: ChildProcess,
    private readonly printed: () => string,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}, dataDirectory = mkdtempSync(join(tmpdir(), 'appliance-'))): Promise<RunningAppliance> {
    const metricsPort = await freePort();
    const child = spawn('npm', ['start', '--silent'], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', HTTP_PORT: '0', METRICS_PORT: String(metricsPort), WORKER_METRICS_PORT: '0', DATA_DIR: dataDirectory, REQUESTS_PER_PERSON_MINUTE: '1000000', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const ready = new Promise<RegExpExecArray>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        output += chunk.toString('utf8');
        const found = /ready (http:\/\/\S+)[\s\S]*?(http:\/\/\S+#sign-in=\S+)/.exec(output);
        if (found) resolve(found);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (status) => reject(new Error(`npm start ended with ${status}:\n${output}`)));
    });
    const [, url, signInUrl] = await ready;
    return new RunningAppliance(dataDirectory, url!, signInUrl!, metricsPort, child, () => output);
  }

  get output(): string {
    return this.printed();
  }

  /** The credential that the command line finds by itself. */
  get apiKey(): string {
    return (JSON.parse(readFileSync(join(this.dataDirectory, 'local-credential.json'), 'utf8')) as { apiKey: string }).apiKey;
  }

  /** Edits a picture with the local credential. */
  async edit(image: Uint8Array, instruction: string, init: { headers?: Record<string, string>; apiKey?: string; signal?: AbortSignal; fields?: Record<string, string> } = {}): Promise<Response> {
    const form = new FormData();
    form.set('image', new Blob([image.slice()]), `holiday-${token}.jpg`);
    form.set('instruction', instruction);
    content.picture('picture', image);
    content.words(instruction);
    for (const [name, value] of Object.entries(init.fields ?? {})) form.set(name, value);
    const headers = { authorization: `Bearer ${init.apiKey ?? this.apiKey}`, ...init.headers };
    return learnt(await fetch(`${this.url}/v1/edits`, { method: 'POST', headers, body: form, ...(init.signal && { signal: init.signal }) }));
  }

  async get(path: string, apiKey = this.apiKey): Promise<Response> {
    return learnt(await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } }));
  }

  post(path: string, body: unknown, apiKey = this.apiKey): Promise<Response> {
    return fetch(`${this.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** The database, as its superuser. */
  get databaseUrl(): string {
    const password = readFileSync(join(this.dataDirectory, 'secrets', 'database-password'), 'utf8');
    const port = readFileSync(join(this.dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
    return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Where the API's figures are served. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.metricsPort}/metrics`;
  }

  /** Process ids of a part: the last one named by its script. */
  pidsOf(script: string): number[] {
    return processes().filter(({ command, pid }) => command.includes(script) && isBelow(pid, this.child.pid!)).map(({ pid }) => pid);
  }

  /** Every process below this appliance, itself included. */
  pids(): number[] {
    return pidsBelow(this.child.pid!);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      process.kill(-this.child.pid!, 'SIGINT');
      await once(this.child, 'exit');
    }
  }

  /** Kills the process that `npm start` runs, and nothing else. */
  async kill(): Promise<void> {
    for (const pid of this.pidsOf('tools/prepare.mjs')) process.kill(pid, 'SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  /** What it has kept in its folder until now of what the journey sent and received. */
  async kept(): Promise<Hit[]> {
    await this.query('CHECKPOINT');
    return content.keptIn(this.dataDirectory);
  }

  /** Stops it, searches everything that it can have written, and removes that and the journey's folder. Throws when it has kept something. */
  async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.stop();
    const kept: Hit[] = [];
    try {
      kept.push(...(await content.keptIn(this.dataDirectory)), ...(await content.leftBeside(this.dataDirectory)));
    } finally {
      for (const folder of [this.dataDirectory, scratch]) rmSync(folder, { recursive: true, force: true });
    }
    if (kept.length > 0) throw new Error(`The appliance has kept what was sent or received:\n${kept.map(({ form, file }) => `${form} in ${file}`).join('\n')}`);
  }
}

/** A picture that is answered is content as well; nobody waits for it here. */
function learnt(answer: Response): Response {
  if (answer.headers.get('content-type')?.startsWith('image/')) content.picture('result', answer.clone().arrayBuffer());
  return answer;
}

/** A process and every one below it. */
export const pidsBelow = (ancestor: number): number[] => processes().filter(({ pid }) => isBelow(pid, ancestor)).map(({ pid }) => pid);

interface Process {
  readonly pid: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return [];
      }
    });
}

function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
