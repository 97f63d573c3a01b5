import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listeningPorts } from '@flux-context/testkit';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { unheard } from './content.js';
import { photo } from './pictures.js';
import { until } from './until.js';

const instruction = `crop to 3:2, then increase vibrance by ${unheard(37)} and make it 41% warmer`;

let appliance: RunningAppliance;
beforeAll(async () => {
  appliance = await RunningAppliance.start({ REDELIVERY_SECONDS: '3' });
});
afterAll(async () => {
  await appliance.end();
});

interface Traces {
  readonly row: Record<string, unknown>;
  readonly entries: string[];
  readonly events: { name: string; body: string }[];
}

async function traces(editId: string): Promise<Traces> {
  const [row] = await appliance.query<Record<string, unknown>>(`SELECT * FROM edits WHERE id = $1`, [editId]);
  const entries = await appliance.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [editId]);
  const events = await appliance.query<{ name: string; body: string }>(
    `SELECT name, convert_from(body, 'UTF8') AS body FROM audit_outbox WHERE convert_from(body, 'UTF8') LIKE '%' || $1 || '%' ORDER BY id`,
    [editId],
  );
  return { row: row!, entries: entries.map(({ kind }) => kind), events };
}

async function stageCounts(): Promise<Record<string, number>> {
  const text = await (await fetch(appliance.metricsUrl)).text();
  return Object.fromEntries([...text.matchAll(/^edit_stage_duration_seconds_count\{[^}]*stage="(\w+)"[^}]*\} (\d+)$/gm)].map(([, stage, count]) => [stage, Number(count)]));
}

describe('one edit, all the way', () => {
  it('leaves the trace of each step and nothing more', async () => {
    const workersBefore = appliance.pidsOf('gpu-worker/dist/sandbox');
    const source = photo();
    const answer = await appliance.edit(source, instruction, { headers: { 'idempotency-key': 'whole-way' }, fields: { options: JSON.stringify({ output: { format: 'png' } }) } });
    const picture = Buffer.from(await answer.arrayBuffer());
    const editId = answer.headers.get('edit-id')!;

    // 1 and 2: it came in by its door, with a request id, and its picture comes back decodable and changed.
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(await sharp(picture).metadata()).toMatchObject({ width: 600, height: 400, format: 'png' });

    // 3 and 4: routed to the exact engine; row, audit event and reservation came in one transaction.
    // Asked for by its date, which stays: on a slow machine the window may be over before its state is read.
    await until(async () => (await traces(editId)).row['delivered_at'] !== null);
    const delivered = await traces(editId);
    expect(delivered.row).toMatchObject({ engine: 'exact', pool: 'shared', private: false, code: null });
    expect(delivered.entries).toEqual(['reserve', 'commit']);

    // 5: the ticket is gone from the queue's tables.
    const [left] = await appliance.query<{ count: number }>(`SELECT count(*)::int AS count FROM queue_shared.job WHERE id = $1`, [editId]);
    expect(left).toEqual({ count: 0 });

    // 6 to 9: each stage was walked once, in a sandbox that is gone.
    expect(await stageCounts()).toEqual({ receive: 1, seal: 1, queue: 1, open: 1, decode: 1, edit: 1, encode: 1, settle: 1, send: 1 });
    expect(delivered.row['isolation']).toMatch(/^(bubblewrap|landlock|namespaces|process)$/);
    expect(Object.keys(delivered.row['timings'] as object)).toEqual(expect.arrayContaining(['receive', 'seal', 'queue', 'open', 'decode', 'edit', 'encode']));
    await until(() => appliance.pidsOf('gpu-worker/dist/sandbox').length >= workersBefore.length);

    // 10: settled before delivered.
    expect(delivered.row['settled_at']! <= delivered.row['delivered_at']!).toBe(true);

    // 11: after the window it is erased, and a retry learns only that.
    await until(async () => (await traces(editId)).row['state'] === 'erased');
    const erased = await traces(editId);
    expect(erased.events.map(({ name }) => name)).toEqual(['edit.accepted', 'edit.completed', 'edit.erased']);
    const again = await appliance.edit(source, instruction, { headers: { 'idempotency-key': 'whole-way' }, fields: { options: JSON.stringify({ output: { format: 'png' } }) } });
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([410, 'edit.result_gone']);

    // 12 and 13 happen only to edits that fail: nothing was released or given back.
    expect(erased.entries).toEqual(['reserve', 'commit']);
  });

  it('opens no inspector when a signal asks for one, and has no memory that could be dumped', async () => {
    const pids = ['api/dist/main.js', 'gpu-worker/dist/main.js'].flatMap((part) => appliance.pidsOf(part));
    const ports = pids.map(listeningPorts);
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(pids).toHaveLength(2);
    expect(pids.map(listeningPorts)).toEqual(ports);
    for (const pid of pids) expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size +1 +1 /);
  });

  it('runs no process with options that reveal memory, and keeps private keys where they are neither swapped nor dumped', () => {
    const sandboxes = appliance.pidsOf('sandbox-bundle/sandbox.cjs');
    const programs = ['api/dist/main.js', 'gpu-worker/dist/main.js'].flatMap((part) => appliance.pidsOf(part));
    expect([sandboxes.length > 0, programs.length]).toEqual([true, 2]);
    for (const pid of [...programs, ...sandboxes]) {
      const of = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
      expect(of('environ')).not.toMatch(/NODE_OPTIONS|NODE_V8_COVERAGE/);
      expect(of('cmdline')).not.toMatch(/--(inspect|heap|cpu-prof|report|abort)/);
      expect(of('limits')).toMatch(/Max core file size +1 +1 /);
    }
    const mayLock = process.getuid?.() === 0 || /Max locked memory +(unlimited|\d{7,}) /.test(readFileSync('/proc/self/limits', 'utf8'));
    for (const pid of programs) {
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('--secure-heap=4194304');
      if (!mayLock) continue;
      expect(Number(/^VmLck:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])).toBeGreaterThanOrEqual(4_096);
    }
  });

  it('logs no value that does not have the form of its field', () => {
    for (const part of ['api', 'worker']) {
      const log = readFileSync(join(appliance.dataDirectory, 'logs', `${part}.log`), 'utf8');
      expect(log).toContain('"msg":');
      expect(log).not.toContain('[unfit]');
    }
  });

  it('keeps neither words nor pixels in any file, and could not end if it did', async () => {
    expect(await appliance.kept()).toEqual([]);
    await appliance.query(`CREATE TABLE planted AS SELECT $1::bytea AS bytes, $2::text AS words`, [photo(), instruction]);
    const end = appliance.end();
    await expect(end).rejects.toThrow(/^picture in \//m);
    await expect(end).rejects.toThrow(/^words, UTF-8 in \//m);
  });
});
