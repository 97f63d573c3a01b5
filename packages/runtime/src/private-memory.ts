import { spawnSync } from 'node:child_process';

/**
 * Keeps the memory of this process, which may hold pictures, from becoming a file or being looked at: no core dump of it or
 * of its children, no diagnostic report, whatever Node's options say, and no inspector when SIGUSR1 comes, which Node opens
 * unless somebody else listens. Call it first. Heap snapshots are written only when options ask for them, so children are
 * started without `NODE_OPTIONS`. False where the host has no `prlimit` and the core limit stays as it was.
 */
export function keepMemoryPrivate(): boolean {
  process.on('SIGUSR1', () => undefined);
  Object.assign(process.report, { reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false });
  // One byte rather than none: where the kernel pipes dumps to a program it heeds no limit, and takes one for "no dump at all".
  // A host that gave us none does not let us raise it.
  return limitCore(1) || limitCore(0);
}

const limitCore = (bytes: number): boolean => spawnSync('prlimit', ['--pid', String(process.pid), `--core=${bytes}:${bytes}`], { stdio: 'ignore' }).status === 0;
