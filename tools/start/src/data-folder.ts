import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written by this user',
  EPERM: 'it may not be written by this user',
  EROFS: 'it is on a read-only file system',
  // What making a folder on a read-only file system says, too.
  ENOENT: 'it cannot be made there',
  ENOSPC: 'its disk is full',
  EDQUOT: 'the quota of its disk is used up',
  EEXIST: 'there is a file in its place',
  ENOTDIR: 'there is a file in its place',
};

/**
 * Makes the data folder and takes it for this process: two appliances on one folder would spoil each other's first start. The
 * lock is the kernel's, on a file that stays open until this process ends in whatever way. Throws with a sentence for the user.
 */
export function takeDataFolder(directory: string): void {
  try {
    mkdirSync(join(directory, 'logs'), { recursive: true, mode: 0o700 });
    const lock = openSync(join(directory, 'lock'), 'a', 0o600);
    // The program locks the open file that it shares with us, so the lock stays when it has ended.
    const { status } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', lock] });
    if (status === 1) throw new Error(`Another appliance is running on the data folder ${directory}. Stop it, or set DATA_DIR to another folder.`);
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    throw reason === undefined ? error : new Error(`The data folder ${directory} cannot be used: ${reason}. Set DATA_DIR to another folder.`, { cause: error });
  }
}
