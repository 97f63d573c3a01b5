import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DiffusionBrief, type ExactBrief, internalPaths, newId, type ParcelHeader, type Progress, progress, type Report, report, type Ticket, type WorkerAnnouncement, workerAnnouncement } from '@flux-context/contracts';
import { type EditSecrets, openPart, sealPart, sealTo } from '@flux-context/envelope';

export const credential = 'the credential of the shared pool';
export const repository = path.resolve(import.meta.dirname, '../../..');

/** The worker and its sandbox run from built files, so they are built first; a no-op when nothing changed. */
export function buildWorker(): void {
  for (const args of [['node_modules/typescript7/bin/tsc', '-b', 'apps/gpu-worker'], ['apps/gpu-worker/bundle.mjs']]) execFileSync(process.execPath, args, { cwd: repository });
}

/** Whether the launcher is built here and the kernel has what it needs; Perl asks it which Landlock it has. */
export const launcherWorks = [['cc', '--version'], ['perl', '-e', 'exit(syscall(444, 0, 0, 1) < 1)']].every(([program, ...args]) => spawnSync(program!, args).status === 0);
/** The forms that show a sandbox its own files and nothing else, under the filter. */
export const strictForms: readonly ('bubblewrap' | 'landlock')[] = launcherWorks ? ['bubblewrap', 'landlock'] : ['bubblewrap'];

interface HeldEdit {
  readonly header: ParcelHeader;
  readonly sealed: readonly Uint8Array[];
  readonly secrets: EditSecrets;
  readonly watchers: Set<ServerResponse>;
  readonly answers: Buffer[];
  readonly reports: Report[];
  readonly progress: Progress[];
  over: boolean;
}

/** The API's side of the contract, in the spec's own process: holds sealed edits and notes what workers say. */
export class SpecHolder {
  readonly announcements: WorkerAnnouncement[] = [];
  readonly refused: string[] = [];
  /** While set, answers are not read: their senders wait. */
  stalled = false;
  stalledAnswers = 0;
  private readonly edits = new Map<string, HeldEdit>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response).catch(() => response.destroy()));

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Seals an edit to the announced key of the pool and holds it. */
  async hold(parts: Readonly<Record<string, Uint8Array>>, options: { engine?: Ticket['engine']; answerBytesMax?: number; deadlineMs?: number; tamper?: (sealed: Uint8Array[]) => void } = {}): Promise<Ticket> {
    const { publicKey, epoch, pool } = this.announcements.at(-1)!;
    const editId = newId('edit');
    const { enc, secrets } = await sealTo(Buffer.from(publicKey, 'base64'), { editId, pool, epoch });
    const names = Object.keys(parts);
    const sealed = Object.entries(parts).map(([part, bytes]) => sealPart(secrets.request, { editId, part, direction: 'request' }, bytes));
    options.tamper?.(sealed);
    const header: ParcelHeader = {
      editId, pool, epoch,
      enc: Buffer.from(enc).toString('base64'),
      parts: sealed.map((bytes, index) => ({ name: names[index] ?? '', sealedBytes: bytes.length })),
      answerBytesMax: options.answerBytesMax ?? 50_000_000,
    };
    this.edits.set(editId, { header, sealed, secrets, watchers: new Set(), answers: [], reports: [], progress: [], over: false });
    const deadline = new Date(Date.now() + (options.deadlineMs ?? 60_000)).toISOString();
    return { version: 1, editId, pool, engine: options.engine ?? 'exact', parcelsAt: this.address, deadline };
  }

  edit(editId: string): HeldEdit {
    return this.edits.get(editId)!;
  }

  open(editId: string): Uint8Array {
    const { secrets, answers } = this.edit(editId);
    return openPart(secrets.answer, { editId, part: 'answer', direction: 'answer' }, answers.at(-1)!);
  }

  /** Ends an edit as the API does, by a word on the watch. */
  end(editId: string, word: 'cancelled' | 'finished'): void {
    const edit = this.edit(editId);
    edit.over = true;
    for (const watcher of edit.watchers) watcher.end(word);
  }

  /** Lets the watch break, as when the process of the holder dies. */
  breakWatch(editId: string): void {
    for (const watcher of this.edit(editId).watchers) watcher.destroy();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${credential}`) {
      this.refused.push(request.url ?? '');
      response.writeHead(401).end();
      return;
    }
    if (request.url === internalPaths.workers) {
      this.announcements.push(workerAnnouncement.parse(JSON.parse((await body(request)).toString())));
      response.writeHead(204).end();
      return;
    }
    const edit = this.edits.get(/edt_[0-9a-f]{32}/.exec(request.url ?? '')?.[0] ?? '');
    if (!edit || edit.over) response.writeHead(404).end();
    else await this.serve(edit, request, response);
  }

  private async serve(edit: HeldEdit, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { editId } = edit.header;
    switch (request.url) {
      case internalPaths.parcels(editId):
        response.write(`${JSON.stringify(edit.header)}\n`);
        for (const part of edit.sealed) response.write(part);
        response.end();
        return;
      case internalPaths.watch(editId):
        edit.watchers.add(response);
        response.flushHeaders();
        return;
      case internalPaths.progress(editId):
        edit.progress.push(progress.parse(JSON.parse((await body(request)).toString())));
        break;
      case internalPaths.answer(editId):
        if (this.stalled) {
          this.stalledAnswers += 1;
          return;
        }
        edit.answers.push(await body(request));
        break;
      case internalPaths.report(editId):
        edit.reports.push(report.parse(JSON.parse((await body(request)).toString())));
        break;
      default:
        throw new Error('no such door');
    }
    response.writeHead(204).end();
  }
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The worker as it runs in production, in a process of its own, from the built files. */
export class WorkerProcess {
  private readonly child: ChildProcess;
  output = '';

  /** `within`: a command that becomes the worker. */
  constructor(env: Readonly<Record<string, string>>, within: readonly string[] = []) {
    const [program, ...args] = [...within, process.execPath, path.join(repository, 'apps/gpu-worker/dist/main.js')];
    this.child = spawn(program!, args, { env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get pid(): number {
    return this.child.pid!;
  }

  get status(): number | null {
    return this.child.exitCode;
  }

  /** Resolves with the exit status. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }

  /** Process ids of the sandboxes below the worker, each the deepest of its chain. */
  sandboxes(): number[] {
    return this.leaves().filter((pid) => !isEngine(pid));
  }

  /** The process of the engine; undefined while there is none. */
  engine(): number | undefined {
    return this.leaves().find(isEngine);
  }

  private leaves(): number[] {
    const parents = new Map<number, number[]>();
    for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const stat = existsSync(`/proc/${name}/stat`) ? readStat(name) : undefined;
      if (stat !== undefined) parents.set(stat, [...(parents.get(stat) ?? []), Number(name)]);
    }
    const leaves = (pid: number): number[] => parents.get(pid)?.flatMap(leaves) ?? [pid];
    return leaves(this.pid).filter((pid) => pid !== this.pid);
  }
}

const isEngine = (pid: number): boolean => commandOf(pid).includes('engine-bundle');

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function readStat(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
  } catch {
    return undefined;
  }
}

export const briefFor = (operations: readonly unknown[], overrides: Partial<ExactBrief> = {}): Uint8Array =>
  Buffer.from(JSON.stringify({
    version: 1,
    engine: 'exact',
    plan: { version: 1, operations },
    source: 'png',
    output: { format: 'png', quality: 90 },
    limits: { pixelsMax: 100_000_000 },
    ...overrides,
  } satisfies ExactBrief));

export const modelBriefFor = (instruction: string, overrides: Partial<DiffusionBrief> = {}): Uint8Array =>
  Buffer.from(JSON.stringify({
    version: 1,
    engine: 'diffusion',
    model: 'tiny-klein',
    instruction,
    seed: 1,
    regionLock: true,
    source: 'png',
    output: { format: 'png', quality: 90 },
    limits: { pixelsMax: 100_000_000 },
    ...overrides,
  } satisfies DiffusionBrief));

const half = { kind: 'box', box: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } };
/** One of each kind. */
export const everyOperation: readonly unknown[] = [
  { op: 'crop', to: { kind: 'aspect', aspect: { width: 16, height: 9 } } },
  { op: 'rotate', degrees: 90 },
  { op: 'rotate', degrees: 12, fill: '#102030' },
  { op: 'straighten', degrees: 3 },
  { op: 'flip', axis: 'vertical' },
  { op: 'resize', to: { kind: 'scale', factor: 1.3 } },
  { op: 'pad', to: { kind: 'sides', sides: ['top', 'left'], by: { unit: 'px', value: 7 } } },
  ...['brightness', 'contrast', 'shadows', 'highlights', 'saturation', 'vibrance', 'temperature', 'tint'].map((op) => ({ op, amount: 0.3, region: half })),
  { op: 'exposure', stops: 0.5 },
  { op: 'gamma', gamma: 1.2 },
  { op: 'hue', degrees: 30 },
  { op: 'recolour', from: 'blue', to: '#ff0000' },
  { op: 'colourMatch', reference: 0, strength: 0.5 },
  { op: 'duotone', shadows: '#000010', highlights: '#fff0f0', region: half },
  ...['blackAndWhite', 'sepia', 'invert', 'autoLevels', 'autoWhiteBalance', 'localContrast', 'threshold'].map((op) => ({ op, region: half })),
];

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not so after ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(5);
  }
}
