import { newId } from '@flux-context/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '../database/index.js';
import { type AuditLogRoom, auditLogRoom } from '../testing/audit-log.js';
import { Sequencer } from './sequencer.js';

let room: AuditLogRoom;
beforeAll(async () => {
  room = await auditLogRoom({ poolMax: 8 });
});
afterAll(() => room.close());

const append = (tx: Tx) => room.audit.append(tx, 'person.deactivated', { subject: newId('person') }, { kind: 'system' });
const appendOne = () => room.transactions.run(append);
const entries = () => room.transactions.manager.query<{ index: string; outbox_id: string }[]>('select index, outbox_id from audit_entries order by index');
const places = async () => (await entries()).map(({ index }) => Number(index));
const dense = (size: number) => Array.from({ length: size }, (_, index) => index);
const refused = () => Promise.reject(new Error('changed its mind'));

describe('the sequencer', () => {
  it('signs the empty log, so that its beginning can be kept', async () => {
    await room.sequencer.turn();
    expect(await room.verify()).toMatchObject({ checkpoint: { origin: 'appliance.local/audit', size: 0 }, faults: [] });
  });

  it('gives events dense places in their order, over the gaps that failed transactions leave', async () => {
    for (let i = 0; i < 5; i += 1) {
      await appendOne();
      await room.transactions.run((tx) => append(tx).then(refused)).catch(() => undefined);
    }
    await room.sequencer.turn();
    const rows = await entries();
    expect(rows.map(({ index }) => Number(index))).toEqual(dense(5));
    const ids = rows.map(({ outbox_id: id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(ids.at(-1)! - ids[0]!).toBeGreaterThan(4);
  });

  it('gives an event that commits late a later place, and loses none', async () => {
    const before = (await places()).length;
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written = (): void => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const late = room.transactions.run((tx) => append(tx).then(written).then(() => held));
    await isWritten;
    await appendOne();
    await room.sequencer.turn();
    expect(await places()).toEqual(dense(before + 1));
    commit();
    await late;
    await room.sequencer.turn();
    expect(await places()).toEqual(dense(before + 2));
    const [last, lastButOne] = (await entries()).toReversed();
    expect(Number(last!.outbox_id)).toBeLessThan(Number(lastButOne!.outbox_id));
  });

  it('is one, however many processes run it while events come', async () => {
    const before = (await places()).length;
    const appending = Array.from({ length: 120 }, appendOne);
    const others = Array.from({ length: 6 }, () => Reflect.construct(Sequencer, ['log', 'signer', 'transactions', 'logger'].map((part) => (room.sequencer as unknown as Record<string, unknown>)[part])) as Sequencer);
    for (let round = 0; round < 10; round += 1) await Promise.all(others.map((other) => other.turn()));
    await Promise.all(appending);
    await room.sequencer.turn();
    expect(await places()).toEqual(dense(before + 120));
  });

  it('does more than one batch in a turn, and what it signs verifies', async () => {
    const before = (await places()).length;
    const earlier = await room.checkpoint();
    await room.transactions.run(async (tx) => {
      for (let i = 0; i < 2_300; i += 1) await append(tx);
    });
    await room.sequencer.turn();
    await room.sign();
    expect(await room.verify(earlier)).toMatchObject({ checkpoint: { size: before + 2_300 }, faults: [] });
    expect(await room.metrics()).toMatch(new RegExp(`audit_tree_size ${before + 2_300}\\n`));
    expect(await room.metrics()).toMatch(/audit_sequencer_lag_seconds 0\n/);
  });

  it('signs again only after a while', async () => {
    const { size } = (await room.verify()).checkpoint;
    await appendOne();
    await room.sequencer.turn();
    expect((await room.verify()).checkpoint.size).toBe(size);
    await room.sign();
    expect((await room.verify()).checkpoint.size).toBe(size + 1);
  });
});
