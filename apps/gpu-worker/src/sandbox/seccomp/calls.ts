/** The number of a call on each architecture; none where it never existed. */
export interface Call {
  readonly x64: number;
  readonly arm64: number | undefined;
}

/** A call that may be made when one of its arguments (counted from 0) has one of these values. */
export interface GuardedCall extends Call {
  readonly argument: number;
  readonly values: readonly number[];
}

const call = (x64: number, arm64?: number): Call => ({ x64, arm64 });

/**
 * The system calls that a sandbox may make: what tracing showed of Node 20, 22 and 24 over every format and every operation,
 * from the snapshot and from the source, and the calls that other C libraries make in their place. Not here, and so refused:
 * all that makes a socket, a process or a namespace, mounts, traces or looks into another process, changes who it is, gives
 * the kernel code, work of its own (io_uring) or keys, or changes a file system.
 */
export const freeCalls = {
  // Memory. Node compiles while it runs, so pages become executable.
  brk: call(12, 214),
  mmap: call(9, 222),
  munmap: call(11, 215),
  mprotect: call(10, 226),
  mremap: call(25, 216),
  madvise: call(28, 233),
  membarrier: call(324, 283),
  pkey_alloc: call(330, 289),
  pkey_free: call(331, 290),
  pkey_mprotect: call(329, 288),
  // Files. Which can be seen is the matter of the mounts; no limit lets a byte be written to one.
  open: call(2),
  openat: call(257, 56),
  close: call(3, 57),
  read: call(0, 63),
  readv: call(19, 65),
  pread64: call(17, 67),
  write: call(1, 64),
  writev: call(20, 66),
  lseek: call(8, 62),
  stat: call(4),
  lstat: call(6),
  fstat: call(5, 80),
  newfstatat: call(262, 79),
  statx: call(332, 291),
  access: call(21),
  faccessat: call(269, 48),
  readlink: call(89),
  readlinkat: call(267, 78),
  getcwd: call(79, 17),
  fcntl: call(72, 25),
  dup: call(32, 23),
  dup2: call(33),
  dup3: call(292, 24),
  // Waiting, and the pipes that Node wakes itself by.
  poll: call(7),
  ppoll: call(271, 73),
  epoll_create1: call(291, 20),
  epoll_ctl: call(233, 21),
  epoll_wait: call(232),
  epoll_pwait: call(281, 22),
  eventfd2: call(290, 19),
  pipe2: call(293, 59),
  // Its three channels are sockets that the worker made; Node asks what they are. None can be made or given a peer.
  getsockopt: call(55, 209),
  getsockname: call(51, 204),
  shutdown: call(48, 210),
  // Threads of this process, its signals, its end. `tgkill` is how a process aborts that gets no memory.
  futex: call(202, 98),
  rseq: call(334, 293),
  set_robust_list: call(273, 99),
  set_tid_address: call(218, 96),
  gettid: call(186, 178),
  sched_yield: call(24, 124),
  sched_getaffinity: call(204, 123),
  sched_getparam: call(143, 121),
  sched_getscheduler: call(145, 120),
  arch_prctl: call(158),
  rt_sigaction: call(13, 134),
  rt_sigprocmask: call(14, 135),
  rt_sigreturn: call(15, 139),
  sigaltstack: call(131, 132),
  tgkill: call(234, 131),
  restart_syscall: call(219, 128),
  exit: call(60, 93),
  exit_group: call(231, 94),
  // Clocks, which mostly need no call, and chance.
  clock_gettime: call(228, 113),
  clock_getres: call(229, 114),
  clock_nanosleep: call(230, 115),
  nanosleep: call(35, 101),
  gettimeofday: call(96, 169),
  getrandom: call(318, 278),
  // Asking who and where it is. Limits can only be lowered.
  getpid: call(39, 172),
  getppid: call(110, 173),
  getuid: call(102, 174),
  geteuid: call(107, 175),
  getgid: call(104, 176),
  getegid: call(108, 177),
  capget: call(125, 90),
  // Capabilities can only be given up. setpriv gives up what it has to after it has loaded the filter.
  capset: call(126, 91),
  uname: call(63, 160),
  sysinfo: call(99, 179),
  getrusage: call(98, 165),
  prlimit64: call(302, 261),
  // The filter is in force before Node is: bubblewrap and setpriv start it by the one, bubblewrap waits for its end by the
  // other. No filter can tell the first start from a later one; but no process can be made, so it could only replace itself.
  execve: call(59, 221),
  wait4: call(61, 260),
} as const satisfies Readonly<Record<string, Call>>;

/** What the engine needs besides: it looks which models there are, and onnxruntime keeps each of its threads on one core. */
export const engineCalls = {
  getdents64: call(217, 61),
  sched_setaffinity: call(203, 122),
} as const satisfies Readonly<Record<string, Call>>;

export const guardedCalls = {
  // Threads of this process and nothing else: the two sets of flags that C libraries make a thread with (glibc, musl).
  clone: { ...call(56, 220), argument: 0, values: [0x3d_0f00, 0x7d_0f00] },
  // TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX: what is it, how large, how much is there, do not wait, close it in a child.
  ioctl: { ...call(16, 29), argument: 1, values: [0x5401, 0x5413, 0x541b, 0x5421, 0x5451] },
  // PR_SET_NAME and PR_SET_VMA: the names of threads and of memory. PR_SET_KEEPCAPS: setpriv, after it has loaded the filter.
  prctl: { ...call(157, 167), argument: 0, values: [15, 0x5356_4d41, 8] },
} as const satisfies Readonly<Record<string, GuardedCall>>;

/** `clone3` and all that came after it have these numbers on both. It takes its flags by a pointer, which no filter can follow. */
export const clone3 = 435;
