import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { stages, type EditStatus } from '@flux-context/contracts';
import { describeStatus, fractionOf, showProgress } from './progress.js';

const running = (more: Partial<EditStatus>): EditStatus => ({
  id: `edt_${'0'.repeat(32)}`, state: 'accepted', engine: 'exact', pool: 'shared', createdAt: '2026-01-31T14:00:00Z', deadline: '2026-01-31T14:01:00Z', ...more,
});

describe('progress', () => {
  it('says the place in the queue only while there is one', () => {
    expect(describeStatus(running({ stage: 'queue', queuePosition: 3 }))).toBe('waiting, 3 ahead');
    expect(describeStatus(running({ stage: 'queue', queuePosition: 0 }))).toBe('waiting');
    expect(describeStatus(running({ stage: 'edit', queuePosition: 3 }))).toBe('editing');
  });

  it('never goes back along the stages and their steps', () => {
    const way = stages.flatMap((stage) => (stage === 'edit' ? [0, 1, 2, 4].map((step) => running({ stage, step, steps: 4 })) : [running({ stage })]));
    const fractions = way.map(fractionOf);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractionOf(running({ state: 'settled' }))).toBe(Math.max(...fractions));
    expect(Math.max(...fractions)).toBeLessThan(1);
  });

  it.each([true, false])('writes a bar to a terminal and plain lines elsewhere (TTY: %s)', (isTTY) => {
    const terminal = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
    const progress = showProgress(terminal, false);
    progress.sending();
    progress.status(running({ stage: 'edit', step: 2, steps: 4 }));
    progress.status(running({ stage: 'edit', step: 3, steps: 4 }));
    progress.stop();
    const written = String(terminal.read());
    if (isTTY) expect(written).toMatch(/░.*sending/);
    else expect(written).toBe('sending\nediting\n');
  });
});
