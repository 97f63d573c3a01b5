import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** Prints whenever its ancestors change. */
const watcher = `
  const { ancestors } = await import(${JSON.stringify(join(import.meta.dirname, '../dist/ancestors.js'))});
  const before = ancestors(process.argv[1] === 'npm');
  console.log('started');
  setInterval(() => { if (ancestors(process.argv[1] === 'npm') !== before) { console.log('changed'); process.exit(); } }, 20);
  setTimeout(() => process.exit(), 10_000).unref();`;

describe('ancestors', () => {
  it('change when npm is killed, although its shell stays', async () => {
    const shell = `"${process.execPath}" --input-type=module -e "$1" npm; true`;
    const npm = spawn(process.execPath, ['-e', `require('node:child_process').spawn('sh', ['-c', process.argv[1], 'sh', process.argv[2]], { stdio: 'inherit' })`, shell, watcher], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(npm.stdout, 'data');
    npm.kill('SIGKILL');
    await once(npm.stdout, 'close');
    expect(said).toBe('started\nchanged\n');
  });
});
