import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { listeningPorts } from '@flux-context/testkit';

const repository = path.resolve(import.meta.dirname, '../../..');
const keeping = `const { keepMemoryPrivate } = await import(${JSON.stringify(path.join(repository, 'packages/runtime/dist/index.js'))}); keepMemoryPrivate();`;
/** Where dumps are files of the working folder, and allowed, the control finds one. */
const dumpsAreFiles = !readFileSync('/proc/sys/kernel/core_pattern', 'utf8').startsWith('|') && /Max core file size +\S+ +unlimited/.test(readFileSync('/proc/self/limits', 'utf8'));

describe('a process that keeps its memory private', () => {
  beforeAll(() => void execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-b', 'packages/runtime'], { cwd: repository }), 60_000);

  /** Starts a process with an option of Node, sends it a signal and tells what came of it. */
  const send = async (signal: NodeJS.Signals, before: string, option: string) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'memory-'));
    const script = `${before} setInterval(() => undefined, 1_000); console.log('up');`;
    const child = spawn('prlimit', ['--core=unlimited:unlimited', process.execPath, option, '--input-type=module', '-e', script], { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
    const exit = once(child, 'exit');
    // A process that refuses its options ends before it says anything.
    await Promise.race([once(child.stdout, 'data'), exit]);
    child.kill(signal);
    await Promise.race([exit, sleep(1_000)]);
    const ports = child.signalCode === null && child.exitCode === null ? listeningPorts(child.pid!) : [];
    child.kill('SIGKILL');
    await exit;
    const files = readdirSync(folder).length;
    rmSync(folder, { recursive: true });
    return { ports, files };
  };
  const nothing = { ports: [], files: 0 };

  it('opens no inspector at SIGUSR1, as Node else does', async () => {
    expect((await send('SIGUSR1', '', '--inspect-port=0')).ports).toHaveLength(1);
    expect(await send('SIGUSR1', keeping, '--inspect-port=0')).toEqual(nothing);
  });

  it('writes no diagnostic report, not even when the options of Node ask for it', async () => {
    expect((await send('SIGUSR2', '', '--report-on-signal')).files).toBe(1);
    expect((await send('SIGUSR2', keeping, '--report-on-signal')).files).toBe(0);
  });

  it.each(['--heapsnapshot-signal=SIGUSR2', '--heapsnapshot_signal=SIGUSR2'])('does not start with %s, which would write its memory into a file', async (option) => {
    expect((await send('SIGUSR2', '', option)).files).toBe(1);
    expect((await send('SIGUSR2', keeping, option)).files).toBe(0);
  });

  it('leaves no core dump', async () => {
    if (dumpsAreFiles) expect((await send('SIGSEGV', '', '--no-warnings')).files).toBe(1);
    expect((await send('SIGSEGV', keeping, '--no-warnings')).files).toBe(0);
  });
});
