import { describe, expect, it } from '@jest/globals';
import { Sandbox } from './sandbox.js';

const endless = (descriptor: number) => `const { writeSync } = require('node:fs'); for (;;) writeSync(${descriptor}, '{"stage":"edit","step":1,"steps":2}\\n'.repeat(500))`;

describe('a sandbox that is not ours any more', () => {
  it.each([['tells its progress', 3], ['complains', 2]])('is killed when it %s without end', async (_how, descriptor) => {
    const sandbox = new Sandbox({ program: process.execPath, args: ['-e', endless(descriptor)], filter: undefined });
    const late = setTimeout(() => process.kill(sandbox.pid, 'SIGTERM'), 5_000);
    expect(await sandbox.ended).toMatchObject({ signal: 'SIGKILL' });
    clearTimeout(late);
  }, 10_000);

  it('is seen to end although it left an answer that nobody reads', async () => {
    const sandbox = new Sandbox({ program: process.execPath, args: ['-e', `process.stdout.write(Buffer.alloc(9e6)); setInterval(() => undefined, 1000)`], filter: undefined });
    await new Promise((resolve) => setTimeout(resolve, 500));
    sandbox.kill();
    expect(await sandbox.ended).toMatchObject({ signal: 'SIGKILL' });
  }, 5_000);
});
