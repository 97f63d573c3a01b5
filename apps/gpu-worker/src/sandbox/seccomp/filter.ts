import { type Call, clone3, engineCalls, freeCalls, type GuardedCall, guardedCalls } from './calls.js';

/** How the kernel names an architecture. */
const architectures = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
type Architecture = keyof typeof architectures;

/** From here on the numbers of x86-64 are those of x32. */
const x32 = 0x4000_0000;

/** One instruction of the kernel's packet filter: what to do, by how many to jump ahead if so and if not, and a constant. */
type Instruction = readonly [code: number, ifSo: number, ifNot: number, constant: number];

const loadNumber: Instruction = [0x20, 0, 0, 0];
const loadArchitecture: Instruction = [0x20, 0, 0, 4];
/** The lower half of an argument, which is all that the guarded calls look at. */
const loadArgument = (index: number): Instruction => [0x20, 0, 0, 16 + 8 * index];
/** The block is entered if what was loaded is the constant, or at least it, and else jumped over. */
const ifIs = (constant: number, block: readonly Instruction[]): Instruction[] => [[0x15, 0, block.length, constant], ...block];
const ifAtLeast = (constant: number, block: readonly Instruction[]): Instruction[] => [[0x35, 0, block.length, constant], ...block];
const skipIfIs = (constant: number, instructions: number): Instruction => [0x15, instructions, 0, constant];
const answer = (verdict: number): Instruction => [0x06, 0, 0, verdict];

const allow = answer(0x7fff_0000);
const killProcess = answer(0x8000_0000);
const notPermitted = answer(0x0005_0000 + 1);
const notImplemented = answer(0x0005_0000 + 38);

/**
 * The program that the kernel asks about every system call of a sandbox, in the form that bubblewrap and setpriv take. What is
 * not allowed fails with EPERM and does not kill, so that a library that tries something new goes on without it. `clone3` and
 * whatever is newer fails with ENOSYS, as in an older kernel: that is what libraries fall back on. A call by the numbers of
 * another architecture (32-bit, x32) kills the process; no program of ours makes one. Undefined for other processors.
 */
export function seccompFilter(processor: string, process: 'sandbox' | 'engine' = 'sandbox'): Uint8Array | undefined {
  if (processor !== 'x64' && processor !== 'arm64') return undefined;
  return assembled([
    loadArchitecture,
    skipIfIs(architectures[processor], 1),
    killProcess,
    loadNumber,
    ...(processor === 'x64' ? ifAtLeast(x32, [killProcess]) : []),
    ...free(freeCalls, processor),
    ...(process === 'engine' ? free(engineCalls, processor) : []),
    ...guarded(processor),
    ...ifAtLeast(clone3, [notImplemented]),
    notPermitted,
  ]);
}

const free = (calls: Readonly<Record<string, Call>>, architecture: Architecture): Instruction[] => Object.values(calls).flatMap((call) => onCall(call[architecture], [allow]));

const guarded = (architecture: Architecture): Instruction[] =>
  Object.values<GuardedCall>(guardedCalls).flatMap(({ [architecture]: number, argument, values }) =>
    onCall(number, [loadArgument(argument), ...values.flatMap((value) => ifIs(value, [allow])), notPermitted]),
  );

const onCall = (number: number | undefined, block: readonly Instruction[]): Instruction[] => (number === undefined ? [] : ifIs(number, block));

/** Eight bytes each, as both architectures write numbers. */
function assembled(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifSo, ifNot, constant]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifSo, index * 8 + 2);
    bytes.writeUInt8(ifNot, index * 8 + 3);
    bytes.writeUInt32LE(constant, index * 8 + 4);
  }
  return bytes;
}
