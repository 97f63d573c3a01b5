import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { linesDescriptor } from './wire.js';

/** A command line that starts a sandbox, and the file of a filter that it reads from `filterDescriptor`. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly filter?: string | undefined;
}

export const filterDescriptor = linesDescriptor + 1;
/** Where a sandbox asks the engine and hears its answer: a channel of both directions. */
export const engineDescriptor = filterDescriptor + 1;
/** How many a sandbox is given, the engine's last. Where its launcher can, it closes all others. */
export const descriptorCount = engineDescriptor + 1;

/** Kills a process and the group that it leads at once. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Starts it with these three channels, that of the lines and that to the engine, no environment but where programs lie, and no folder. */
export function startCommand({ program, args, filter }: Command, channels: 'pipe' | 'ignore', options: Pick<SpawnOptions, 'detached' | 'timeout' | 'killSignal'>): ChildProcess {
  // Read to its end by whoever loads it, so each start opens it anew.
  const opened = filter === undefined ? [] : [openSync(filter, 'r')];
  try {
    return spawn(program, args, { ...options, stdio: [channels, channels, channels, 'pipe', opened[0] ?? 'ignore', channels], env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' }, cwd: '/' });
  } finally {
    opened.forEach(closeSync);
  }
}
