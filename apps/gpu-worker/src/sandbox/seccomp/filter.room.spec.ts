import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildWorker, repository, strictForms } from '../../worker.spec-parts.js';
import { startCommand } from '../command.js';
import { commandFor, type Sight } from '../isolation.js';
import { findSight } from '../sight.js';

// Debian's essential Perl makes any call by its number; these are x86-64's.
const itOnX64 = process.arch === 'x64' ? it : it.skip;
const [eperm, ebadf, enosys] = [1, 9, 38];
const calls = {
  socket: '41, 2, 1, 0', socketOfUnix: '41, 1, 1, 0', netlink: '41, 16, 3, 0', socketpair: '53, 1, 1, 0, 0', ptrace: '101, 0, 0, 0, 0', processVmReadv: '310, 1, 0, 0, 0, 0, 0',
  unshare: '272, 0', unshareUser: '272, 0x10000000', setns: '308, 0, 0', ioUring: '425, 1, 0', mount: '165, 0, 0, 0, 0, 0', bpf: '321, 0, 0, 0', perf: '298, 0, 0, 0, 0, 0', userfaultfd: '323, 0',
  keyctl: '250, 0, -3', personality: '135, 0xffffffff', memfd: '319, 0, 0', fork: '57', vfork: '58', cloneProcess: '56, 17, 0, 0, 0, 0', kill: '62, 1, 0', chroot: '161, 0',
} as const;

describe.each(strictForms)('the filter of system calls in a sandbox of %s', (isolation) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'filter-'));
  const allowsEverything = path.join(folder, 'allows-everything.bpf');
  let sight: Sight;

  beforeAll(() => {
    buildWorker();
    sight = findSight(path.join(repository, 'apps/gpu-worker/dist/sandbox-bundle/sandbox.cjs'));
    writeFileSync(allowsEverything, Buffer.from('060000000000ff7f', 'hex'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs a script of Perl where Node would run. */
  const run = async (script: string, judged = sight): Promise<{ said: string; status: number | null }> => {
    // Perl reads a script that it was given by word from there. Bubblewrap has a null device of its own.
    const libraries = isolation === 'landlock' ? ['/dev/null'] : [];
    const perl = { ...judged, node: '/usr/bin/perl', folders: ['/usr', '/lib', '/lib64'], libraries };
    const { args, ...rest } = commandFor(isolation, perl, { memoryBytesMax: 2 ** 31, cpuSecondsMax: 60 });
    const child = startCommand({ ...rest, args: [...args.slice(0, args.lastIndexOf('--') + 1), perl.node, '-e', script] }, 'pipe', {});
    const [said, [status, signal]] = await Promise.all([text(child.stdout!), once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>]);
    // Bubblewrap says it like this of what it started.
    return { said, status: signal === null ? status : 128 + constants.signals[signal] };
  };
  /** The error number of each call, 0 where it was made. */
  const errorsOf = async (names: readonly (keyof typeof calls)[], judged: Sight) => {
    const { said } = await run(names.map((name) => `$! = 0; syscall(${calls[name]}); print $! + 0, "\\n";`).join(' '), judged);
    return Object.fromEntries(said.trim().split('\n').map((errno, index) => [names[index], Number(errno)]));
  };

  itOnX64('refuses sockets, tracing, processes, namespaces, io_uring, mounts, keys and the rest by EPERM', async () => {
    const names = Object.keys(calls) as (keyof typeof calls)[];
    expect(await errorsOf(names, sight)).toEqual(Object.fromEntries(names.map((name) => [name, eperm])));
  });

  itOnX64('is what refuses: without it the sandbox alone lets these be made or fail for another reason', async () => {
    // Some hosts refuse io_uring and userfaultfd by themselves, and newer kernels' Landlock signals to others.
    const names = ['socket', 'socketOfUnix', 'netlink', 'ptrace', 'unshare', 'personality', 'memfd', ...(isolation === 'bubblewrap' ? ['kill' as const] : [])] as const;
    const errors = await errorsOf(names, { ...sight, filter: allowsEverything });
    expect(Object.keys(errors)).toEqual(names);
    expect(Object.values(errors)).not.toContain(eperm);
  });

  itOnX64('answers clone3 as an older kernel does, and leaves its own file closed', async () => {
    const { said } = await run('$! = 0; syscall(435, 0, 0); print $! + 0, " "; $! = 0; syscall(72, 4, 1); print $! + 0;');
    expect(said).toBe(`${enosys} ${ebadf}`);
  });

  itOnX64('kills what calls by the numbers of x32', async () => {
    expect(await run('$| = 1; print "before"; syscall(0x40000000 + 39); print "after";')).toEqual({ said: 'before', status: 128 + constants.signals.SIGSYS });
  });
});
