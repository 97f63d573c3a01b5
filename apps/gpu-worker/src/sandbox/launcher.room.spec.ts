import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TicketQueue } from '@flux-context/queue';
import sharp from 'sharp';
import { WorkerRoom } from '../worker-room.spec-parts.js';
import { briefFor, buildWorker, everyOperation, launcherWorks, repository, type SpecHolder, until, type WorkerProcess } from '../worker.spec-parts.js';
import { findSight } from './sight.js';

/** As a restricted pod runs it: no user namespace can be made, no privilege can be got, and it has none. */
const restricted = [
  'unshare', '--user', '--map-root-user', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', 'sh',
  'setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--',
] as const;

const describeIfItWorks = launcherWorks ? describe : describe.skip;

describeIfItWorks('a worker in a restricted pod', () => {
  let room: WorkerRoom;
  let holder: SpecHolder;
  let queue: TicketQueue;
  let worker: WorkerProcess;
  let small: Buffer;

  beforeAll(async () => {
    small = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#204060' } }).png().toBuffer();
    room = await WorkerRoom.open({ NODE_ENV: 'production' }, restricted);
    ({ holder, worker, queues: { exact: queue } } = room);
    await until(() => holder.announcements.length > 0, 30_000);
  }, 90_000);

  afterAll(async () => {
    await room.close();
  }, 60_000);

  it('falls back to the launcher, starts in production with it, and says so', async () => {
    expect(holder.announcements.at(-1)).toMatchObject({ isolation: 'landlock' });
    await until(() => worker.output.includes('worker ready'));
    expect(worker.output).toContain('"isolation":"landlock"');
    expect(worker.output).not.toContain('SANDBOXES HAVE A NETWORK');
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'heic'] as const)('edits a %s file', async (source) => {
    const image = source === 'heic' ? readFileSync(path.join(repository, 'packages/picture/fixtures/clear.heic')) : await sharp(small).toFormat(source).toBuffer();
    const format = source === 'heic' ? 'jpeg' : source;
    const ticket = await holder.hold({ brief: briefFor(source === 'heic' ? [{ op: 'invert' }] : everyOperation, { source, output: { format, quality: 80 } }), image, 'reference.0': small });
    await queue.add(ticket);
    await until(() => holder.edit(ticket.editId).reports.length > 0, 30_000);
    expect(holder.edit(ticket.editId).reports[0]).toMatchObject({ outcome: 'completed', isolation: 'landlock', sandboxEnded: true });
    expect((await sharp(holder.open(ticket.editId)).metadata()).width).toBeGreaterThan(8);
  });

  it('has sandboxes that can gain nothing, under both filters', async () => {
    await until(() => worker.sandboxes().length >= 2);
    for (const pid of worker.sandboxes()) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(status).toMatch(/^NoNewPrivs:\s1$/m);
      expect(status).toMatch(/^Seccomp_filters:\s2$/m);
      for (const kind of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(status).toMatch(new RegExp(`^Cap${kind}:\\s0{16}$`, 'm'));
    }
  });

  it('leaves no sandbox behind when it is killed', async () => {
    const sandboxes = worker.sandboxes();
    await worker.stop('SIGKILL');
    await until(() => sandboxes.every((pid) => !isRunning(pid)), 5_000);
  });
});

describeIfItWorks('the launcher', () => {
  const [eperm, ebadf, eacces] = [1, 9, 13];
  const sight = () => findSight(path.join(repository, 'apps/gpu-worker/dist/sandbox-bundle/sandbox.cjs'));
  const perl = ['/usr', '/lib', '/lib64', '/dev/null'].flatMap((seen) => ['--see', seen]);
  beforeAll(buildWorker, 60_000);

  /** Starts a script of Perl by the launcher, with a file more than it should have. */
  const launch = async (script: string, given: readonly string[] = [], filter = sight().filter!) => {
    const [rules, inherited] = [openSync(filter, 'r'), openSync('/etc/hostname', 'r')];
    const args = ['--parent', String(process.pid), '--descriptors', '4', '--filter', '4', ...perl, ...given, '--', '/usr/bin/perl', '-e', `sub n { my ($call, @with) = @_; $! = 0; syscall($call, @with); print $! + 0, " "; } ${script}`];
    const child = spawn(sight().launcher, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe', rules, inherited], env: {}, cwd: '/' });
    closeSync(rules);
    closeSync(inherited);
    const [said, complained, [status]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close') as Promise<[number | null]>]);
    return { said: said.trim(), complained, status };
  };

  const itOnX64 = process.arch === 'x64' ? it : it.skip;
  itOnX64('lets it signal and limit nobody but itself', async () => {
    // tgkill and prlimit64, at its parent and at itself.
    const { said } = await launch('my $p = getppid(); n(234, $p, $p, 0); n(302, $p, 0, 0, 0); n(234, $$, $$, 0); n(302, 0, 0, 0, 0); n(302, $$, 0, 0, 0);');
    expect(said).toBe(`${eperm} ${eperm} 0 0 0`);
  });

  itOnX64('closes what it inherited', async () => {
    expect((await launch('n(72, $_, 1) for 3, 4, 5;')).said).toBe(`0 ${ebadf} ${ebadf}`);
  });

  it('opens no file but those named, for reading or for writing, and of /proc only its own', async () => {
    const opened = (files: readonly string[]) => `for my $f (${files.map((file) => `'${file}'`).join(', ')}) { print open(F, '<', $f) ? 0 : $! + 0, " "; } print open(F, '>', '/tmp/written-from-inside') ? 0 : $! + 0;`;
    const { said } = await launch(opened(['/usr/bin/perl', '/proc/self/status', '/etc/hostname', '/proc/1/environ', '/proc/self/root/etc/hostname', '/proc/self/cwd/etc/hostname']));
    expect(said).toBe(`0 0 ${eacces} ${eacces} ${eacces} ${eacces} ${eacces}`);
  });

  it.each([
    ['a path that is not there', ['--see', '/not/there'], undefined],
    ['an option that it does not know', ['--trust', 'everybody'], undefined],
    ['a filter that is none', [], '/dev/null'],
    ['a parent that is not its own, as when that has died', ['--parent', '1'], undefined],
  ])('starts nothing with %s', async (_what, given, filter) => {
    const { said, complained, status } = await launch('print "started";', given, filter);
    expect([said, status]).toEqual(['', 70]);
    expect(complained).not.toBe('');
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
