import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State 0A of the kernel's table of TCP sockets. */
const listening = '0A';

/** The TCP ports on which a process listens, as the kernel tells it; none when it has ended meanwhile. */
export function listeningPorts(pid: number): number[] {
  try {
    const own = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => socketOf(`/proc/${pid}/fd/${descriptor}`)));
    return ['tcp', 'tcp6'].flatMap((table) => portsIn(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'), own));
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

const portsIn = (table: string, own: ReadonlySet<string>): number[] =>
  table.split('\n').slice(1).flatMap((line) => {
    const [, address = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === listening && own.has(inode) ? [Number.parseInt(address.split(':')[1]!, 16)] : [];
  });

function socketOf(descriptor: string): string[] {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1];
    return inode === undefined ? [] : [inode];
  } catch {
    return [];
  }
}
