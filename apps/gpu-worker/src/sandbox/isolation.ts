import type { Isolation } from '@flux-context/contracts';
import { type Command, descriptorCount, filterDescriptor } from './command.js';

export interface Limits {
  /** Memory of one process, in bytes. */
  readonly memoryBytesMax: number;
  /** CPU time of one process, in seconds. */
  readonly cpuSecondsMax: number;
}

/** What a sandbox needs to see of the file system, everything read-only. */
export interface Sight {
  readonly node: string;
  readonly entry: string;
  /** The entry as a start-up snapshot, if this Node can start from it. */
  readonly snapshot: string | undefined;
  /** Sharp's native half. */
  readonly native: string;
  /** Folders of code. */
  readonly folders: readonly string[];
  /** Shared objects outside those folders. */
  readonly libraries: readonly string[];
  /** The filter of system calls, if there is one for this processor. See `seccomp/filter.ts`. */
  readonly filter: string | undefined;
  /** The launcher for hosts that forbid namespaces, which is there where a C compiler was when this was built. */
  readonly launcher: string;
  /** Whether the installed `setpriv` can load a filter (util-linux 2.41); bubblewrap always can. */
  readonly setprivFilters: boolean;
}

const descriptorsMax = 256;
/** Counted over all processes of a user where user namespaces do not count for themselves, so it only stops a flood. */
const processesMax = 4_096;

/**
 * Memory is limited by what is written to: address space that is only reserved, as V8 and WebAssembly do, costs nothing. No
 * file can be written at all. The core limit is the worker's own: see `keepMemoryPrivate`.
 */
const limited = ({ memoryBytesMax, cpuSecondsMax }: Limits): string[] => [
  'prlimit', `--data=${memoryBytesMax}`, `--cpu=${cpuSecondsMax}:${cpuSecondsMax + 5}`, '--fsize=0', `--nofile=${descriptorsMax}`, `--nproc=${processesMax}`, '--',
];

/** Two arenas instead of eight per core, so that memory is given back. OpenSSL goes on without a file of settings that is not there, not without one that is closed to it. */
const environment = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2', VIPS_CONCURRENCY: '1', OPENSSL_CONF: '/nowhere' } as const;
const settings = Object.entries(environment);

/** Namespaces hide no file, and files of root obey root even without capabilities; so a worker of root gives its sandboxes, and its engine, to nobody. */
export const nobody = (): string[] => (process.getuid?.() === 0 ? ['--reuid', '65534', '--regid', '65534', '--clear-groups'] : []);

/** A command of its own, because `setpriv` loads the filter before it does anything else. */
export const filtered = ({ filter, setprivFilters }: Pick<Sight, 'filter' | 'setprivFilters'>): string[] => (filter !== undefined && setprivFilters ? ['setpriv', '--no-new-privs', '--seccomp-filter', filter, '--'] : []);

const node = ({ node: program, entry, snapshot, native }: Sight, args: readonly string[]): string[] =>
  [program, '--no-warnings', '--disable-proto=delete', ...(snapshot === undefined ? [] : ['--snapshot-blob', snapshot]), entry, native, ...args];

/** The command line of each form of isolation. */
export function commandFor(isolation: Isolation, sight: Sight, limits: Limits, args: readonly string[] = []): Command {
  const [program, ...rest] = forms[isolation](sight, limits, args) as [string, ...string[]];
  return { program, args: rest, filter: isolation === 'bubblewrap' || isolation === 'landlock' ? sight.filter : undefined };
}

const forms: Record<Isolation, (sight: Sight, limits: Limits, args: readonly string[]) => string[]> = {
  bubblewrap: (sight, limits, args) => [
    ...limited(limits),
    'bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv',
    ...settings.flatMap(([name, value]) => ['--setenv', name, value]),
    ...(sight.filter === undefined ? [] : ['--seccomp', String(filterDescriptor)]),
    '--proc', '/proc', '--dev', '/dev',
    ...binds(sight),
    // Without this a sandbox of root could set the kernel's parameters, among them what runs when a process dumps core.
    '--remount-ro', '/proc',
    '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/', '--',
    ...node(sight, args),
  ],
  // Without a filter to read it gives up.
  landlock: (sight, limits, args) => [
    ...limited(limits),
    'env', '-i', ...settings.map(([name, value]) => `${name}=${value}`),
    sight.launcher, '--parent', String(process.pid), '--descriptors', String(descriptorCount), '--filter', String(filterDescriptor), ...seen(sight).flatMap((file) => ['--see', file]), '--',
    ...node(sight, args),
  ],
  namespaces: (sight, limits, args) => [
    ...limited(limits),
    'setpriv', ...nobody(), '--pdeathsig', 'KILL', '--',
    'unshare', '--user', '--map-root-user', '--net', '--pid', '--ipc', '--uts', '--mount', '--fork', '--kill-child', '--mount-proc', '--',
    'setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--',
    ...filtered(sight),
    'env', '-i', ...settings.map(([name, value]) => `${name}=${value}`),
    ...node(sight, args),
  ],
  process: (sight, limits, args) => [
    ...limited(limits),
    'setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--',
    ...filtered(sight),
    'env', '-i', ...settings.map(([name, value]) => `${name}=${value}`),
    ...node(sight, args),
  ],
};

const seen = ({ node: program, folders, libraries }: Sight): string[] => [...new Set([program, ...folders, ...libraries])];
const binds = (sight: Sight): string[] => seen(sight).flatMap((file) => ['--ro-bind', file, file]);
