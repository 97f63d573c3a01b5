import { readFile } from 'node:fs/promises';
import { type LogFault, type LogReport, type NoteKey, parseNoteKey, TreeError, verifyLog as verifyWholeLog } from '@flux-context/tree';
import { givenKey, sha256, verifyEd25519 } from './crypto.js';
import { DamagedLogError, FileError } from './errors.js';
import { keeping, type ReadLogFile, sourceOf } from './log-files.js';
import type { Terminal } from './progress.js';

export interface VerifyLogCall {
  /** The public key as one line; without it the log is asked. */
  readonly key?: string;
  /** File of a checkpoint from an earlier visit. */
  readonly checkpoint?: string;
  /** Folder to keep the log in. */
  readonly save?: string;
  readonly json?: boolean;
}

const readEarlier = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new FileError(`The checkpoint ${file} cannot be read.`);
  });

/** What a person should know about one fault. */
export function describeFault(fault: LogFault): string {
  switch (fault.kind) {
    case 'entry':
      return `Entry ${fault.index} is not the one that was signed.`;
    case 'tile':
      return `${fault.path} is missing, or is not what the entries hash to.`;
    case 'root':
      return 'The entries do not hash to the root that was signed.';
    case 'truncated':
      return `Entries were cut off: there were ${fault.earlierSize} at the earlier checkpoint.`;
    case 'rewritten':
      return `The first ${fault.earlierSize} entries are not those of the earlier checkpoint.`;
  }
}

function describeWhole({ checkpoint: { origin, size }, minimum }: LogReport, { checkpoint, save }: VerifyLogCall): string[] {
  const whole = `${origin}: ${size} ${size === 1 ? 'entry' : 'entries'}, all as they were signed.`;
  const gone = minimum > 0 ? [`Entries before ${minimum} were let go when their time was over. Their hashes are as they were signed; what they said can no longer be read.`] : [];
  if (checkpoint !== undefined) return [whole, ...gone, 'The log goes on from the earlier checkpoint.'];
  const keep = save === undefined ? 'Keep the log with --save' : `Keep ${save}/checkpoint`;
  return [whole, ...gone, `${keep}, and give its checkpoint to the next check: only so is it seen when entries are cut off.`];
}

/** `flux verify log`: computes the whole tree anew, on this computer. Throws `DamagedLogError` unless everything is as it was signed. */
export async function verifyLog(read: ReadLogFile, call: VerifyLogCall, { stdout, stderr }: { readonly stdout: Terminal; readonly stderr: Terminal }): Promise<void> {
  const given = call.key === undefined ? undefined : givenKey('--key', call.key);
  const earlier = call.checkpoint === undefined ? undefined : await readEarlier(call.checkpoint);
  const from = call.save === undefined ? read : keeping(call.save, read);
  const report = await judge(async () => {
    const key = given ?? (await askedKey(from, stderr));
    return verifyWholeLog({ source: sourceOf(from), key, sha256, verify: verifyEd25519, ...(earlier !== undefined && { earlier }) });
  });
  if (report.faults.length > 0) throw new DamagedLogError(report.faults.map(describeFault), report.faults);
  const { minimum, checkpoint: { origin, size } } = report;
  stdout.write(call.json ? `${JSON.stringify({ origin, size, minimum, faults: [] })}\n` : `${describeWhole(report, call).join('\n')}\n`);
}

/** What is no log, or is not signed by the key, is damaged too. */
async function judge(work: () => Promise<LogReport>): Promise<LogReport> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TreeError) throw new DamagedLogError([error.message], []);
    throw error;
  }
}

async function askedKey(read: ReadLogFile, stderr: Terminal): Promise<NoteKey> {
  const key = new TextDecoder().decode(await read('key')).trim();
  const parsed = parseNoteKey(sha256, key);
  stderr.write(`The key was taken from the log itself. Compare it with the one that you were given, or give it with --key:\n  ${key}\n`);
  return parsed;
}
