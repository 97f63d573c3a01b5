import { describe, expect, it } from '@jest/globals';
import type { EditStatus } from '@flux-context/contracts';
import { RunningEdit } from './running-edit.js';

const edit = () =>
  new RunningEdit({
    id: 'edt_0',
    personId: 'per_0',
    format: 'png',
    header: { editId: 'edt_0', pool: 'shared', epoch: '1', enc: '', parts: [], answerBytesMax: 1 },
    engine: 'exact',
    answerSecret: new Uint8Array(32).fill(9),
    nonce: new Uint8Array(32).fill(1),
    inputHmac: Buffer.alloc(32),
    createdAt: new Date(0),
    deadline: new Date(60_000),
    askableAgain: false,
  });

async function statuses(of: RunningEdit): Promise<EditStatus[]> {
  const seen: EditStatus[] = [];
  for await (const status of of.changes()) seen.push(status);
  return seen;
}

describe('RunningEdit', () => {
  it('tells a follower its place, its stages and its end, and then stops', async () => {
    const one = edit();
    const following = statuses(one);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (const step of [() => one.stand(2), () => one.take(), () => one.advance({ stage: 'edit', step: 1, steps: 3 }), () => one.settled(new Date(1), new Date(2))]) {
      await turn();
      step();
    }
    expect((await following).map((status) => [status.state, status.queuePosition, status.stage, status.step])).toEqual([
      ['accepted', undefined, 'queue', undefined],
      ['accepted', 2, 'queue', undefined],
      ['accepted', undefined, 'queue', undefined],
      ['accepted', undefined, 'edit', 1],
      ['settled', undefined, undefined, undefined],
    ]);
  });

  it('tells its worker to stop only when it failed', async () => {
    const failed = edit();
    failed.failed('edit.cancelled');
    expect(await failed.over()).toBe('cancelled');
    const settled = edit();
    settled.settled(new Date(), new Date());
    expect(await settled.over()).toBe('finished');
  });

  it('lets only the last waiting caller cancel by hanging up', async () => {
    const one = edit();
    const [first, second] = [new AbortController(), new AbortController()];
    const [a, b] = [one.awaited(first.signal), one.awaited(second.signal)];
    first.abort();
    expect(await a).toEqual({ last: false });
    second.abort();
    expect(await b).toEqual({ last: true });
  });

  it('overwrites the secret that opens the answer and the nonce of its receipt when it is erased, and tells the nonce until then', () => {
    const one = edit();
    expect(one.status().receiptNonce).toBe('01'.repeat(32));
    one.settled(new Date(), new Date());
    one.erased();
    expect([one.state, one.accepted.answerSecret.every((byte) => byte === 0)]).toEqual(['erased', true]);
    expect([one.status().receiptNonce, one.accepted.nonce.every((byte) => byte === 0)]).toEqual([undefined, true]);
  });
});
