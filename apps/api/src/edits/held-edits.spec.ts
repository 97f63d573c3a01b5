import { describe, expect, it } from '@jest/globals';
import { newId } from '@flux-context/contracts';
import { HeldEdits } from './held-edits.js';
import { RunningEdit } from './running-edit.js';

const editOf = (id: string) =>
  new RunningEdit({
    id,
    personId: newId('person'),
    format: 'png',
    header: { editId: id, pool: 'shared', epoch: '1', enc: '', parts: [], answerBytesMax: 1 },
    engine: 'exact',
    answerSecret: new Uint8Array(32),
    nonce: new Uint8Array(32).fill(1),
    inputHmac: Buffer.alloc(32),
    createdAt: new Date(),
    deadline: new Date(),
    askableAgain: true,
  });

describe('an edit that has its row and is being sealed', () => {
  it('is waited for, so that a retry of the same request is not told that its result is gone', async () => {
    const held = new HeldEdits();
    const id = newId('edit');
    let sealed = () => {};
    const sealing = new Promise<void>((resolve) => (sealed = resolve));
    const arriving = held.arrive(id, sealing.then(() => held.add(editOf(id))));
    const asking = held.find(id);
    sealed();
    expect((await asking)?.id).toBe(id);
    await arriving;
  });

  it('is nowhere when it could not be sealed, and who waited is not told of another’s error', async () => {
    const held = new HeldEdits();
    const id = newId('edit');
    const arriving = held.arrive(id, Promise.reject(new Error('no key')));
    expect(await held.find(id)).toBeUndefined();
    await expect(arriving).rejects.toThrow('no key');
  });
});
