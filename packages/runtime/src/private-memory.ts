import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { ConfigError } from './config.js';

/** Options of Node by which memory becomes a file, or is shown to whoever connects, and which nothing can take back later. */
const revealing = /^--(heapsnapshot-|heap-prof|cpu-prof|inspect(-brk|-wait)?(=|$)|abort-on-uncaught-exception)/;
const isRevealing = (options: readonly string[]): boolean => options.some((option) => revealing.test(option.replaceAll('_', '-')));
const refusal = 'asks for memory in a file or for an inspector; pictures would be in it';

/** `NODE_OPTIONS`, for the configuration of a program that holds pictures. */
export const nodeOptions = z
  .string()
  .refine((options) => !isRevealing(options.split(/[\s"]+/)), { error: refusal })
  .optional()
  .describe('Options of Node. Those that write memory into files or open an inspector are refused.');

/**
 * Keeps the memory of this process, which may hold pictures, from becoming a file or being looked at: no core dump of it or
 * of its children, no diagnostic report, whatever Node's options say, and no inspector when SIGUSR1 comes, which Node opens
 * unless somebody else listens. Call it first. Heap snapshots and profiles are written only when options ask for them: those
 * of the command line are refused here by a `ConfigError`, those of `NODE_OPTIONS` by the configuration, and children are
 * started without any. False where the host has no `prlimit` and the core limit stays as it was.
 */
export function keepMemoryPrivate(): boolean {
  if (isRevealing(process.execArgv)) throw new ConfigError([`the command line of Node: ${refusal}`]);
  process.on('SIGUSR1', () => undefined);
  Object.assign(process.report, { reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false });
  // One byte rather than none: where the kernel pipes dumps to a program it heeds no limit, and takes one for "no dump at all".
  // A host that gave us none does not let us raise it.
  return limitCore(1) || limitCore(0);
}

const limitCore = (bytes: number): boolean => spawnSync('prlimit', ['--pid', String(process.pid), `--core=${bytes}:${bytes}`], { stdio: 'ignore' }).status === 0;
