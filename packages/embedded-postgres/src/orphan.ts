import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const firstNumber = (path: string, line = /^(\d+)/m): number | undefined => {
  try {
    const found = line.exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
};

/** A server's working folder is its data folder; a process number alone may have been given to somebody else since. */
function serves(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory;
  } catch {
    return false;
  }
}

/**
 * Stops the server that a killed parent may have left on `directory` (a real path) and clears its lock. Throws when the
 * server there still has its living parent: then another appliance runs on this folder.
 */
export async function stopOrphan(directory: string): Promise<void> {
  const lock = join(directory, 'postmaster.pid');
  const pid = firstNumber(lock);
  if (pid === undefined) return;
  if (serves(pid, directory)) {
    if (firstNumber(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m) === firstNumber(supervisorFile(directory))) {
      throw new Error('Another appliance is running on this data folder.');
    }
    process.kill(pid, 'SIGINT');
    for (let waitedMs = 0; serves(pid, directory); waitedMs += 20) {
      if (waitedMs === 10_000) process.kill(pid, 'SIGQUIT');
      if (waitedMs > 20_000) throw new Error('A PostgreSQL server of a former run does not stop.');
      await sleep(20);
    }
  }
  rmSync(lock, { force: true });
}

export const supervisorFile = (directory: string) => join(directory, 'supervisor.pid');
