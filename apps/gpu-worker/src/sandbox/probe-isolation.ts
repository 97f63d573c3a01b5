import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type Isolation, isolations } from '@flux-context/contracts';
import { type Command, startCommand } from './command.js';
import { commandFor, type Limits, type Sight } from './isolation.js';
import { linesDescriptor, type ProbeFindings } from './wire.js';

const probeMsMax = 15_000;

export interface Proven {
  readonly isolation: Isolation;
  /** From inside, an open port of this process could not be reached. */
  readonly networkDenied: boolean;
  /** Every system call of a sandbox is judged by our filter. */
  readonly callsFiltered: boolean;
}

/** The strictest form that this host allows, proven by trying to break out of it; `wanted` names one form alone. */
export async function proveIsolation(sight: Sight, limits: Limits, wanted?: Isolation): Promise<Proven> {
  for (const isolation of wanted ? [wanted] : isolations) {
    const findings = await probeFindings(isolation, sight, limits);
    if (!findings) continue;
    const networkDenied = !findings.connected;
    const filesDenied = !findings.readable && !findings.writable;
    const { callsFiltered } = findings;
    const strictest = filesDenied && callsFiltered === (sight.filter !== undefined);
    const reachesNothing = networkDenied && !findings.commandsKernel && !findings.reachesWorker;
    const contained = reachesNothing && (isolation === 'namespaces' || strictest);
    if (isolation === 'process' || contained) return { isolation, networkDenied, callsFiltered };
  }
  throw new Error('No sandbox could be started on this host.');
}

/** Undefined when the form cannot be started here. The port and the file are really there: a control that can be found. */
async function probeFindings(isolation: Isolation, sight: Sight, limits: Limits): Promise<ProbeFindings | undefined> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flux-probe-'));
  const file = path.join(directory, 'readable');
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  try {
    await Promise.all([writeFile(file, 'probe'), once(server, 'listening')]);
    const { port } = server.address() as AddressInfo;
    return await runProbe(commandFor(isolation, sight, limits, ['probe', String(port), file, directory, String(process.pid)]));
  } finally {
    server.close();
    await rm(directory, { recursive: true });
  }
}

/** Runs one probe; undefined when it could not be started. */
export async function runProbe(command: Command): Promise<ProbeFindings | undefined> {
  const child = startCommand(command, 'ignore', { timeout: probeMsMax, killSignal: 'SIGKILL' });
  const failed = once(child, 'error').then(() => undefined);
  let said = '';
  (child.stdio[linesDescriptor] as Readable).setEncoding('utf8').on('data', (text: string) => (said += text));
  await Promise.race([failed, once(child, 'close')]);
  try {
    return JSON.parse(said) as ProbeFindings;
  } catch {
    return undefined;
  }
}
