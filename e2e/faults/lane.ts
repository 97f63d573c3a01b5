import { createHash, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RunningAppliance } from '../appliance.js';
import { until } from '../until.js';
import type { Point } from './points.js';

const here = import.meta.dirname;
/** Said while an appliance starts again, and to be asked again. The embedded form makes a new local credential at each start. */
const notYet = ['pool.unavailable', 'capacity.shutting_down', 'principal.missing'];

/** What is edited, and what must come back. */
export interface Work {
  readonly picture: Buffer;
  readonly unreadable: Buffer;
  readonly instruction: string;
  readonly fileName: string;
}

interface Heard {
  readonly status: number;
  readonly code: string;
  readonly sha256: string;
}

/** An appliance whose API, worker and sandboxes are killed at named points, one edit after the other. */
export class Lane {
  private expected = '';
  private checkpoints = 0;

  private constructor(
    private readonly appliance: RunningAppliance,
    private readonly folder: string,
    private readonly work: Work,
  ) {}

  static async start(work: Work): Promise<Lane> {
    const folder = mkdtempSync(join(tmpdir(), 'faults-'));
    const preload = pathToFileURL(join(here, 'preload.mjs'));
    preload.searchParams.set('folder', folder);
    const lane = new Lane(await RunningAppliance.start({ PRELOAD: preload.href, REDELIVERY_SECONDS: '2' }), folder, work);
    const whole = await lane.ask(randomUUID(), work.picture);
    lane.expected = whole!.sha256;
    if (whole!.status !== 200) throw new Error(`the edit was answered with ${whole!.status} before anything died`);
    return lane;
  }

  async stop(): Promise<void> {
    await this.appliance.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Runs one edit into `point`, asks again with its key, and gives everything that is not as it must be. `answerMsMax`: how long a
   * final answer may take from the death on, the start of a new process included.
   */
  async die(point: Point, answerMsMax: number): Promise<{ faults: string[]; ms: number }> {
    const { picture, unreadable } = this.work;
    const image = point.fails ? unreadable : picture;
    const key = randomUUID();
    await this.ready();
    const known = (await this.edits()).map(({ id }) => id);
    this.arm(point);
    const first = this.ask(key, image);
    const fallen = join(this.folder, 'fallen');
    await until(() => existsSync(fallen), 30_000).catch(() => {
      throw new Error(`${point.name}: was not reached`);
    });
    rmSync(fallen);
    const diedMs = performance.now();
    const last = await this.finalAnswer(key, image);
    const ms = performance.now() - diedMs;
    const faults = ms > answerMsMax ? [`the final answer took ${Math.round(ms)} ms`] : [];
    const heard = [await first, last].filter((answer) => answer !== undefined);
    await until(async () => (await this.edits()).every(({ state }) => ['failed', 'erased'].includes(state)), 60_000).catch(() => faults.push('an edit is left open'));
    const mine = (await this.edits()).filter(({ id }) => !known.includes(id));
    return { faults: [...faults, ...this.misanswered(point, heard), ...this.mischarged(heard, mine)], ms };
  }

  /** What must hold whenever nothing runs: ledger and log are whole, and nothing of any edit is in a file. */
  async contradictions(): Promise<string[]> {
    const unbalanced = await this.appliance.query<{ id: string }>(`
      SELECT a.id FROM accounts a LEFT JOIN LATERAL (
        SELECT coalesce(sum(CASE kind WHEN 'grant' THEN amount WHEN 'expire' THEN -amount WHEN 'refund' THEN -amount ELSE 0 END), 0) AS granted,
          coalesce(sum(amount) FILTER (WHERE kind = 'commit'), 0) AS posted,
          coalesce(sum(CASE kind WHEN 'reserve' THEN 1 WHEN 'commit' THEN -1 WHEN 'release' THEN -1 ELSE 0 END), 0) AS pending
        FROM quota_entries WHERE account_id = a.id) e ON true
      WHERE (a.granted, a.posted, a.pending) IS DISTINCT FROM (e.granted, e.posted, e.pending) OR a.pending <> 0`);
    const log = await this.logFault();
    const kept = await this.appliance.kept();
    return [...unbalanced.map(({ id }) => `the entries of ${id} do not add up to its balance`), ...log, ...kept.map(({ form, file }) => `${file} keeps ${form}`)];
  }

  private arm({ name, behind }: Point): void {
    const file = join(this.folder, 'armed');
    writeFileSync(`${file}-new`, JSON.stringify(behind === undefined ? [name] : [behind, name]));
    renameSync(`${file}-new`, file);
  }

  private async ready(): Promise<void> {
    await until(async () => {
      const limits = await this.appliance.get('/v1/limits').catch(() => undefined);
      return limits?.ok === true && ((await limits.json()) as { engines: string[] }).engines.includes('exact');
    });
  }

  private edits(): Promise<{ id: string; state: string; kinds: string[] }[]> {
    return this.appliance.query(`SELECT id, state, array(SELECT kind FROM quota_entries WHERE edit_id = edits.id ORDER BY kind) AS kinds FROM edits`);
  }

  /** Undefined when the connection broke before the whole answer was there. */
  private async ask(key: string, image: Buffer): Promise<Heard | undefined> {
    const form = new FormData();
    form.set('image', new Blob([image.slice()]), this.work.fileName);
    form.set('instruction', this.work.instruction);
    form.set('options', JSON.stringify({ output: { format: 'png' } }));
    try {
      const answer = await fetch(`${this.appliance.url}/v1/edits`, { method: 'POST', headers: { authorization: `Bearer ${this.appliance.apiKey}`, 'idempotency-key': key }, body: form });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const { code } = answer.ok ? { code: '' } : (JSON.parse(bytes.toString('utf8')) as { code: string });
      return { status: answer.status, code, sha256: createHash('sha256').update(bytes).digest('hex') };
    } catch {
      return undefined;
    }
  }

  private async finalAnswer(key: string, image: Buffer): Promise<Heard | undefined> {
    let last: Heard | undefined;
    await until(async () => {
      last = await this.ask(key, image);
      return last !== undefined && !notYet.includes(last.code);
    }, 60_000).catch(() => undefined);
    return last;
  }

  private misanswered(point: Point, heard: readonly Heard[]): string[] {
    const last = heard.at(-1);
    if (last === undefined) return ['no answer at all'];
    if (heard.some(({ status, sha256 }) => status === 200 && sha256 !== this.expected)) return ['a picture came back that is not the edit'];
    if (point.fails) return last.status === 200 || last.status === 500 ? [`an unreadable picture was answered with ${last.status}`] : [];
    if (point.ends === 'picture' && last.status !== 200) return [`answered with ${last.status} ${last.code} instead of the picture`];
    return [200, 410, 503].includes(last.status) || last.code === 'edit.sandbox_failed' ? [] : [`answered with ${last.status} ${last.code}`];
  }

  /** One key is charged once at most, and only for a picture that came; what came is charged, but for the one case that is made good in doubt. */
  private mischarged(heard: readonly Heard[], edits: readonly { id: string; kinds: string[] }[]): string[] {
    const sequences = edits.map(({ kinds }) => kinds.join());
    const odd = sequences.filter((kinds) => !['release,reserve', 'commit,reserve', 'commit,grant,reserve'].includes(kinds));
    const net = sequences.filter((kinds) => kinds === 'commit,reserve').length;
    const came = heard.some(({ status }) => status === 200);
    const faults = odd.map((kinds) => `an edit has the entries ${kinds}`);
    if (edits.length === 0) faults.push('the edit left no row');
    if (net > 1) faults.push(`charged ${net} times`);
    if (net > 0 && !came) faults.push('charged without a picture');
    if (net === 0 && came && !sequences.includes('commit,grant,reserve')) faults.push('a picture came that nobody was charged for');
    return faults;
  }

  /** The log as an auditor checks it, from the checkpoint of the time before. */
  private async logFault(): Promise<string[]> {
    const earlier = join(this.folder, `log-${this.checkpoints}`, 'checkpoint');
    const args = ['verify', 'log', '--save', join(this.folder, `log-${++this.checkpoints}`), ...(existsSync(earlier) ? ['--checkpoint', earlier] : [])];
    const env = { ...process.env, NODE_OPTIONS: '', DATA_DIR: this.appliance.dataDirectory };
    return promisify(execFile)(process.execPath, [join(here, '../../apps/cli/bin/flux.js'), ...args], { env }).then(
      () => [],
      ({ stdout, stderr }: { stdout: string; stderr: string }) => [`the log is not whole: ${stdout}${stderr}`],
    );
  }
}
