import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alive, RunningAppliance } from './appliance.js';
import { entitlementWith } from './entitlement.js';
import { largePhoto, photo } from './pictures.js';
import { until } from './until.js';

interface Account {
  readonly granted: number;
  readonly posted: number;
  readonly pending: number;
}

let appliance: RunningAppliance;
let folder: string;

const organisation = async (): Promise<Account> =>
  (await appliance.query<Account>(`SELECT granted::int, posted::int, pending::int FROM accounts WHERE owner = 'organisation'`))[0]!;

/** What the entries of the ledger say of an edit. */
const entriesOf = (editId: string) => appliance.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [editId]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'exactly-once-'));
  appliance = await RunningAppliance.start({ ...entitlementWith(folder, { monthlyEdits: 20, packs: [{ purchaseId: 'order-1', edits: 100 }] }), EDIT_DEADLINE_SECONDS: '120' });
});
afterAll(async () => {
  await appliance.stop();
  appliance.forget();
  rmSync(folder, { recursive: true, force: true });
});

describe('the ledger under load', () => {
  it('answers 20 of 20 edits whose worker is killed in the middle, each charged once', async () => {
    const picture = await largePhoto();
    const before = await organisation();
    for (let round = 0; round < 20; round++) {
      const asked = await appliance.edit(picture, 'increase saturation by 30%', { headers: { prefer: 'respond-async' } });
      const { id } = (await asked.json()) as { id: string };
      await until(async () => ['decode', 'edit', 'encode'].includes(((await (await appliance.get(`/v1/edits/${id}`)).json()) as { stage?: string }).stage ?? ''));
      const [worker] = appliance.pidsOf('gpu-worker/dist/main.js');
      process.kill(worker!, 'SIGKILL');
      await until(async () => ((await (await appliance.get(`/v1/edits/${id}`)).json()) as { state: string }).state !== 'accepted');
      const result = await appliance.get(`/v1/edits/${id}/result`);
      expect([round, result.status]).toEqual([round, 200]);
      await result.arrayBuffer();
      expect((await entriesOf(id)).map((entry) => entry.kind)).toEqual(['reserve', 'commit']);
      expect(alive(worker!)).toBe(false);
    }
    const after = await organisation();
    expect([after.posted - before.posted, after.pending]).toEqual([20, 0]);
  });

  it('lets exactly as many of 256 parallel edits through as are left, and charges no other', async () => {
    const left = 120 - 20;
    const answers = await Promise.all(Array.from({ length: 256 }, () => appliance.edit(photo(), 'make it black and white').then(async (answer) => ({ status: answer.status, bytes: (await answer.arrayBuffer()).byteLength }))));
    const tally = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([tally(200), tally(402)]).toEqual([left, 256 - left]);
    expect(await organisation()).toEqual({ granted: 120, posted: 120, pending: 0 });
    const [sums] = await appliance.query<{ commits: number; releases: number; reserves: number }>(
      `SELECT count(*) FILTER (WHERE kind = 'commit')::int AS commits, count(*) FILTER (WHERE kind = 'release')::int AS releases,
              count(*) FILTER (WHERE kind = 'reserve')::int AS reserves FROM quota_entries`,
    );
    expect(sums).toEqual({ commits: 120, releases: 0, reserves: 120 });
  });
});
