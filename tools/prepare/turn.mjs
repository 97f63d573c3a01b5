import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Takes the turn to install and build in a clone, and waits for it with a line of its own: two that start at once would else
 * write the same files. The lock is the kernel's, on the folder itself, and ends with this process at the latest; gives what
 * ends it sooner. Without `flock` everybody has the turn.
 */
export function takeTurn(folder) {
  const descriptor = openSync(folder, 'r');
  const lock = (...options) => spawnSync('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] }).status;
  if (lock('--nonblock') === 1) {
    console.log('· Waiting for another preparation of this clone …');
    lock();
  }
  return () => closeSync(descriptor);
}
