import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How to run PostgreSQL's programs: PostgreSQL refuses to be root. */
export interface Account {
  /** A command and its arguments that go before the program's. */
  readonly prefix: readonly string[];
  /** Gives a file or folder to the account. */
  own(path: string): void;
}

const itself: Account = { prefix: [], own: () => {} };

/** Root stays owner of its files, but the program sees itself as another user and has no capability outside its own namespace. */
const insideNamespace: Account = { prefix: ['unshare', '--user', '--map-user=1', '--map-group=1', '--'], own: () => {} };

function another(uid: number, gid: number): Account {
  return {
    prefix: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'],
    own: (path) => chownSync(path, uid, gid),
  };
}

const works = (account: Account, command: readonly string[]) => {
  const [program, ...rest] = [...account.prefix, ...command];
  return spawnSync(program!, rest, { stdio: 'ignore', cwd: '/' }).status === 0;
};

const idOf = (user: string, flag: '-u' | '-g') => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));

/** Others may pass through the folder above the data, not look into it. */
function letPass(folder: string): void {
  const { mode, uid } = statSync(folder);
  if (uid === 0) chmodSync(folder, mode | 0o011);
}

/**
 * The account for a data folder. Not root: oneself. Root: whoever owns the folder already; for root's own or a new folder
 * a user namespace, which also works below root's closed home; where the host allows none, as in many containers, the owner
 * of the programs or else the user `nobody`.
 */
export function accountFor(directory: string, program: string): Account {
  if (process.getuid?.() !== 0) return itself;
  const owner = statSync(directory, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return another(owner.uid, owner.gid);
  if (works(insideNamespace, [program, '--version'])) return insideNamespace;
  const { uid, gid } = statSync(program);
  const other = uid === 0 ? another(idOf('nobody', '-u'), idOf('nobody', '-g')) : another(uid, gid);
  letPass(dirname(directory));
  if (works(other, [program, '--version']) && works(other, ['test', '-x', dirname(directory)])) return other;
  throw new Error('PostgreSQL does not run as root, and this host allows no user namespaces. Start as another user, or move the folder out of root\'s home.');
}
