import { describe, expect, it } from '@jest/globals';
import { seccompFilter } from './filter.js';

const allowed = 0x7fff_0000;
const killed = 0x8000_0000;
const notPermitted = 0x5_0001;
const notImplemented = 0x5_0026;
const audits = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;

/** What the kernel would answer: an interpreter of the four instructions in use, which fails on any other and on a way out of the program. */
function verdict(processor: keyof typeof audits, number: number, args: readonly number[] = [], audit: number = audits[processor]): number {
  const program = Buffer.from(seccompFilter(processor)!);
  const seen = new Map([[0, number], [4, audit], ...args.map((value, index): [number, number] => [16 + 8 * index, value])]);
  let loaded = 0;
  for (let at = 0; ; at += 8) {
    const [code, ifSo, ifNot, constant] = [program.readUInt16LE(at), program.readUInt8(at + 2), program.readUInt8(at + 3), program.readUInt32LE(at + 4)];
    if (code === 0x20) loaded = seen.get(constant) ?? 0;
    else if (code === 0x15) at += 8 * (loaded === constant ? ifSo : ifNot);
    else if (code === 0x35) at += 8 * (loaded >= constant ? ifSo : ifNot);
    else if (code === 0x06) return constant;
    else throw new Error(`no such instruction: ${code}`);
  }
}

describe('the filter of system calls', () => {
  // Numbers from the kernel's headers: x86-64, arm64.
  it.each([
    ['read', 0, 63], ['mmap', 9, 222], ['futex', 202, 98], ['openat', 257, 56], ['exit_group', 231, 94], ['getrandom', 318, 278], ['tgkill', 234, 131], ['execve', 59, 221],
  ])('allows %s', (_name, x64, arm64) => {
    expect([verdict('x64', x64), verdict('arm64', arm64)]).toEqual([allowed, allowed]);
  });

  it.each([
    ['socket', 41, 198], ['socketpair', 53, 199], ['connect', 42, 203], ['bind', 49, 200], ['listen', 50, 201], ['accept', 43, 202], ['sendto', 44, 206], ['sendmsg', 46, 211], ['recvmsg', 47, 212],
    ['setsockopt', 54, 208], ['ptrace', 101, 117], ['process_vm_readv', 310, 270], ['process_vm_writev', 311, 271], ['kcmp', 312, 272], ['pidfd_open', 434, 434], ['mount', 165, 40], ['umount2', 166, 39],
    ['pivot_root', 155, 41], ['chroot', 161, 51], ['move_mount', 429, 429], ['fsopen', 430, 430], ['bpf', 321, 280], ['perf_event_open', 298, 241], ['userfaultfd', 323, 282],
    ['add_key', 248, 217], ['request_key', 249, 218], ['keyctl', 250, 219], ['kexec_load', 246, 104], ['init_module', 175, 105], ['finit_module', 313, 273], ['delete_module', 176, 106],
    ['io_uring_setup', 425, 425], ['io_uring_enter', 426, 426], ['io_uring_register', 427, 427], ['unshare', 272, 97], ['setns', 308, 268], ['personality', 135, 92],
    ['name_to_handle_at', 303, 264], ['open_by_handle_at', 304, 265], ['swapon', 167, 224], ['reboot', 169, 142], ['setuid', 105, 146], ['setresuid', 117, 147], ['setgroups', 116, 159],
    ['memfd_create', 319, 279], ['seccomp', 317, 277], ['kill', 62, 129], ['unlinkat', 263, 35], ['renameat2', 316, 276], ['mkdirat', 258, 34], ['mknodat', 259, 33], ['fchmodat', 268, 53],
    ['execveat', 322, 281], ['shmget', 29, 194], ['mq_open', 180, 180], ['quotactl', 179, 60], ['acct', 163, 89], ['settimeofday', 164, 170], ['sethostname', 170, 161],
  ])('refuses %s', (_name, x64, arm64) => {
    expect([verdict('x64', x64), verdict('arm64', arm64)]).toEqual([notPermitted, notPermitted]);
  });

  it('lets a thread be made and no process and no namespace', () => {
    const thread = 0x3d_0f00;
    const [sigchld, newUser, newNet, newTime] = [17, 0x1000_0000, 0x4000_0000, 0x80];
    for (const [processor, clone] of [['x64', 56], ['arm64', 220]] as const) {
      expect(verdict(processor, clone, [thread])).toBe(allowed);
      for (const flags of [sigchld, 0, newUser | sigchld, newNet | sigchld, thread | newUser, thread | newNet, thread | newTime]) expect(verdict(processor, clone, [flags])).toBe(notPermitted);
    }
    // fork and vfork, which arm64 has not.
    expect([verdict('x64', 57), verdict('x64', 58)]).toEqual([notPermitted, notPermitted]);
  });

  it('lets a terminal be asked for and not be typed into, a thread be named and not be made traceable', () => {
    const [tcgets, tiocsti, setName, setPtracer] = [0x5401, 0x5412, 15, 0x5961_6d61];
    expect([verdict('x64', 16, [3, tcgets]), verdict('arm64', 29, [3, tcgets])]).toEqual([allowed, allowed]);
    expect([verdict('x64', 16, [3, tiocsti]), verdict('arm64', 29, [3, tiocsti])]).toEqual([notPermitted, notPermitted]);
    expect([verdict('x64', 157, [setName]), verdict('arm64', 167, [setName])]).toEqual([allowed, allowed]);
    expect([verdict('x64', 157, [setPtracer]), verdict('arm64', 167, [setPtracer])]).toEqual([notPermitted, notPermitted]);
  });

  it('looks like an older kernel to whoever asks for clone3 or newer', () => {
    for (const number of [435, 436, 449, 600]) expect([verdict('x64', number), verdict('arm64', number)]).toEqual([notImplemented, notImplemented]);
  });

  it('kills what calls by the numbers of another architecture', () => {
    const i386 = 0x4000_0003;
    expect(verdict('x64', 0, [], i386)).toBe(killed);
    expect(verdict('arm64', 63, [], audits.x64)).toBe(killed);
    expect(verdict('x64', 0x4000_0000)).toBe(killed);
  });

  it('does not exist for a processor whose numbers we do not know', () => {
    expect(seccompFilter('riscv64')).toBeUndefined();
  });
});
