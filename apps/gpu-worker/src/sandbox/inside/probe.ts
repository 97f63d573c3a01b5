import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { linesDescriptor, type ProbeFindings } from '../wire.js';
import { warmUp } from './warm-up.js';

/**
 * Tries, from inside, what must not succeed: to reach a port of the worker that is open, to read a file of the worker, to
 * write beside it, to signal the worker or look into its process, to open a parameter of the kernel for writing. That one is
 * only opened, because writing would change it.
 */
export async function probe([port, secretFile, directory, worker]: readonly string[]): Promise<void> {
  await warmUp();
  const connection = await tryToConnect(Number(port));
  const findings: ProbeFindings = {
    connected: connection === 'connected',
    readable: succeeds(() => readFileSync(secretFile ?? '')),
    writable: succeeds(() => writeFileSync(path.join(directory ?? '', 'written-from-inside'), 'x')),
    reachesWorker: succeeds(() => process.kill(Number(worker), 0)) || succeeds(() => readFileSync(`/proc/${worker}/environ`)),
    commandsKernel: succeeds(() => closeSync(openSync('/proc/sys/kernel/core_pattern', 'r+'))),
    // A host may filter all processes, so its word that there is a filter is not enough.
    callsFiltered: connection === 'EPERM' && /^Seccomp:\s2$/m.test(readFileSync('/proc/self/status', 'utf8')),
  };
  writeSync(linesDescriptor, `${JSON.stringify(findings)}\n`);
}

/** `connected`, or the code of what stood in the way. */
function tryToConnect(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('connect', () => resolve('connected'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.destroy());
  });
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
