import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alive, RunningAppliance } from './appliance.js';
import { scratch, unheard } from './content.js';
import { entitlementWith } from './entitlement.js';
import { caughtInTheMiddle } from './middle.js';
import { largePhoto, photo } from './pictures.js';
import { until } from './until.js';

/** Enough for the edits that are killed and for those that got away, and 100 that the parallel ones share. */
const granted = 160;

interface Account {
  readonly granted: number;
  readonly posted: number;
  readonly pending: number;
}

let appliance: RunningAppliance;

const organisation = async (): Promise<Account> =>
  (await appliance.query<Account>(`SELECT granted::int, posted::int, pending::int FROM accounts WHERE owner = 'organisation'`))[0]!;

/** What the entries of the ledger say of an edit. */
const entriesOf = (editId: string) => appliance.query<{ kind: string }>(`SELECT kind FROM quota_entries WHERE edit_id = $1 ORDER BY id`, [editId]);

beforeAll(async () => {
  appliance = await RunningAppliance.start({ ...entitlementWith(scratch, { monthlyEdits: granted - 100, packs: [{ purchaseId: 'order-1', edits: 100 }] }), EDIT_DEADLINE_SECONDS: '120' });
});
afterAll(async () => {
  await appliance.end();
});

describe('the ledger under load', () => {
  it('answers 20 of 20 edits whose worker is killed in the middle, each charged once', async () => {
    const picture = await largePhoto();
    const before = await organisation();
    /** Also those that could not be caught in the middle: each is charged once as well. */
    let begun = 0;
    for (let round = 0; round < 20; round++) {
      const { id, thaw } = await caughtInTheMiddle(appliance, async () => {
        const asked = await appliance.edit(picture, `increase saturation by ${unheard(30)}`, { headers: { prefer: 'respond-async' } });
        begun += 1;
        return ((await asked.json()) as { id: string }).id;
      });
      const [worker] = appliance.pidsOf('gpu-worker/dist/main.js');
      process.kill(worker!, 'SIGKILL');
      thaw();
      await until(async () => ((await (await appliance.get(`/v1/edits/${id}`)).json()) as { state: string }).state !== 'accepted');
      const result = await appliance.get(`/v1/edits/${id}/result`);
      expect([round, result.status]).toEqual([round, 200]);
      await result.arrayBuffer();
      expect((await entriesOf(id)).map((entry) => entry.kind)).toEqual(['reserve', 'commit']);
      expect(alive(worker!)).toBe(false);
    }
    const after = await organisation();
    expect([after.posted - before.posted, after.pending]).toEqual([begun, 0]);
  }, 1_200_000);

  it('lets exactly as many of 256 parallel edits through as are left, and charges no other', async () => {
    const left = 100;
    while (granted - (await organisation()).posted > left) expect((await appliance.edit(photo(), 'make it black and white')).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 256 }, () => appliance.edit(photo(), 'make it black and white').then(async (answer) => ({ status: answer.status, bytes: (await answer.arrayBuffer()).byteLength }))));
    const tally = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([tally(200), tally(402)]).toEqual([left, 256 - left]);
    expect(await organisation()).toEqual({ granted, posted: granted, pending: 0 });
    const [sums] = await appliance.query<{ commits: number; releases: number; reserves: number }>(
      `SELECT count(*) FILTER (WHERE kind = 'commit')::int AS commits, count(*) FILTER (WHERE kind = 'release')::int AS releases,
              count(*) FILTER (WHERE kind = 'reserve')::int AS reserves FROM quota_entries`,
    );
    expect(sums).toEqual({ commits: granted, releases: 0, reserves: granted });
  });
});
