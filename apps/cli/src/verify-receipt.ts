import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ReceiptDocument } from '@flux-context/contracts';
import { type Checkpoint, hashingWith, type NoteKey, openNote, parseCheckpoint, parseNoteKey, proveInclusion, type ReceiptFault, sameBytes, TreeError, tilePath, verifyInclusion, verifyReceipt as verifyDocument } from '@flux-context/tree';
import { givenKey, sha256, verifyEd25519 } from './crypto.js';
import { DamagedReceiptError, FileError, type ReceiptDamage, UsageError } from './errors.js';
import { readFromFolder } from './log-files.js';
import type { Terminal } from './progress.js';
import { checkNonce } from './receipt-command.js';
import { readReceipt } from './receipt-file.js';

export interface VerifyReceiptCall {
  readonly receipt: string;
  /** The files that the receipt may be about. */
  readonly input?: string;
  readonly output?: string;
  /** Instead of the one in the file. */
  readonly nonce?: string;
  /** Public keys as one line; without them those in the file are taken. */
  readonly key?: string;
  readonly logKey?: string;
  /** File of a checkpoint that was kept. */
  readonly checkpoint?: string;
  /** Folder of a log that was kept. */
  readonly log?: string;
  readonly json?: boolean;
}

/** What came out, in the order in which it is printed. `open`: was not asked, or cannot be told from what was given. */
interface Verdict {
  readonly about: ReceiptDamage;
  readonly outcome: 'ok' | 'wrong' | 'open';
  readonly words: string;
}

const hashing = hashingWith(sha256);

const wrongWords: Readonly<Record<ReceiptFault, string>> = {
  signature: 'The receipt is not what its key has signed.',
  entry: 'The entry of the log is about another receipt.',
  checkpoint: 'The checkpoint is not signed by the key of the log that the receipt names.',
  inclusion: 'The proof does not lead from the entry to the signed checkpoint.',
};

/** `flux verify receipt`: offline. Throws `DamagedReceiptError` when anything that could be checked is not as it was signed. */
export async function verifyReceipt(call: VerifyReceiptCall, { stdout, stderr }: { readonly stdout: Terminal; readonly stderr: Terminal }): Promise<void> {
  const given = { receipt: call.key === undefined ? undefined : givenKey('--key', call.key), log: call.logKey === undefined ? undefined : givenKey('--log-key', call.logKey) };
  const document = await readReceipt(call.receipt);
  const nonce = call.nonce === undefined ? document.nonce : checkNonce(call.nonce);
  const keys = { receipt: given.receipt ?? ownKey(document, 'receipt'), log: given.log ?? ownKey(document, 'log') };
  if (given.receipt === undefined || given.log === undefined) warn(document, given, stderr);
  const verdicts = [
    ...(await documentVerdicts(document, keys)),
    ...(call.checkpoint === undefined ? [] : [await checkpointVerdict(document, call.checkpoint, keys.log)]),
    ...(call.log === undefined ? [] : [await logVerdict(document, call.log, keys.log)]),
    await fileVerdict('input', call.input, document.receipt.inputHmac, nonce),
    await fileVerdict('output', call.output, document.receipt.outputHmac, nonce),
  ];
  const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
  if (wrong.length > 0) throw new DamagedReceiptError(wrong.map(({ words }) => words), wrong.map(({ about }) => about));
  const outcomes = Object.fromEntries(verdicts.map(({ about, outcome }) => [about, outcome]));
  stdout.write(call.json ? `${JSON.stringify({ editId: document.receipt.editId, ...outcomes })}\n` : `${[...summary(document), ...verdicts.map(lineOf), '', ...wordsOf(document)].join('\n')}\n`);
}

const lineOf = ({ outcome, words }: Verdict): string => `${outcome === 'ok' ? '  ok ' : '   – '} ${words}`;

function summary({ receipt }: ReceiptDocument): string[] {
  const { editId, erasedAt, engine, model, pool, isolation, build, attestation } = receipt;
  const by = model === null ? `the ${engine} engine` : `${model.id} (${model.licence})`;
  return [`Edit ${editId} was erased at ${erasedAt}.`, `Edited by ${by} in the pool ${pool}; sandbox: ${isolation}, its end observed; build: ${build ?? 'not named'}; attestation: ${attestation}.`];
}

const wordsOf = ({ receipt }: ReceiptDocument): string[] => ['It says:', `  ${receipt.claims}`, 'It does not claim more:', `  ${receipt.doesNotClaim}`];

function ownKey(document: ReceiptDocument, which: 'receipt' | 'log'): NoteKey {
  try {
    return parseNoteKey(sha256, document.keys[which]);
  } catch {
    throw new DamagedReceiptError([`keys.${which} is not a public key.`], ['form']);
  }
}

function warn({ keys }: ReceiptDocument, given: { receipt: NoteKey | undefined; log: NoteKey | undefined }, stderr: Terminal): void {
  const missing = [...(given.receipt === undefined ? [`--key ${keys.receipt}`] : []), ...(given.log === undefined ? [`--log-key ${keys.log}`] : [])];
  stderr.write(`Keys were taken from the receipt itself. Compare them with those that you were given, or give them:\n${missing.map((key) => `  ${key}\n`).join('')}`);
}

async function documentVerdicts(document: ReceiptDocument, keys: { receipt: NoteKey; log: NoteKey }): Promise<Verdict[]> {
  const { faults, index, checkpoint } = await verifyDocument({ document, receiptKey: keys.receipt, logKey: keys.log, sha256, verify: verifyEd25519 });
  const right: Readonly<Record<ReceiptFault, string>> = {
    signature: `Signed by ${keys.receipt.name}.`,
    entry: 'The log has an entry with the hash of this receipt.',
    checkpoint: `The log ${keys.log.name} signed a checkpoint of ${checkpoint?.size} entries.`,
    inclusion: `The entry is number ${index} there, counted from 0.`,
  };
  return (['signature', 'entry', 'checkpoint', 'inclusion'] as const).map((about) => (faults.includes(about) ? { about, outcome: 'wrong', words: wrongWords[about] } : { about, outcome: 'ok', words: right[about] }));
}

/** Two checkpoints can be compared as they are only when they are of one size; else the log between them is needed. */
async function checkpointVerdict(document: ReceiptDocument, file: string, logKey: NoteKey): Promise<Verdict> {
  const kept = await openCheckpoint(await readFile(file, 'utf8').catch(unreadable(`The checkpoint ${file}`)), logKey);
  const { checkpoint } = await verifyDocument({ document, receiptKey: logKey, logKey, sha256, verify: verifyEd25519 });
  const about = 'kept';
  if (kept === undefined) return { about, outcome: 'wrong', words: `${file} is not signed by the key of the log.` };
  if (checkpoint === undefined || kept.origin !== checkpoint.origin) return { about, outcome: 'wrong', words: `${file} is of another log.` };
  if (kept.size !== checkpoint.size) return { about, outcome: 'open', words: `${file} is of ${kept.size} entries, the receipt's of ${checkpoint.size}. Only the log can tell whether one goes on from the other: give --log.` };
  if (sameBytes(kept.root, checkpoint.root)) return { about, outcome: 'ok', words: `${file} is the same as the receipt's.` };
  return { about, outcome: 'wrong', words: `The log has signed two histories of ${kept.size} entries: ${file} and the receipt's.` };
}

/** Whether the very log that somebody kept, under its own checkpoint, has the receipt's entry where the receipt says it is. */
async function logVerdict({ entry, proof }: ReceiptDocument, folder: string, logKey: NoteKey): Promise<Verdict> {
  const read = readFromFolder(folder);
  const about = 'log';
  try {
    const kept = await openCheckpoint(new TextDecoder().decode(await read('checkpoint')), logKey);
    if (kept === undefined) return { about, outcome: 'wrong', words: `The log in ${folder} is not signed by the key.` };
    const index = Number(/^index (\d+)$/m.exec(proof)?.[1]);
    if (!(index < kept.size)) return { about, outcome: 'open', words: `The log in ${folder} ends before the receipt's entry. Keep it anew with flux verify log --save.` };
    const path = await proveInclusion(hashing, index, kept.size, (tile) => read(tilePath(tile)));
    if (verifyInclusion(hashing, hashing.leaf(Buffer.from(entry, 'utf8')), index, kept, path)) return { about, outcome: 'ok', words: `The log in ${folder} has this entry, too.` };
  } catch (error) {
    if (!(error instanceof TreeError)) throw error;
  }
  return { about, outcome: 'wrong', words: `The log in ${folder} has another entry there.` };
}

async function openCheckpoint(note: string, key: NoteKey): Promise<Checkpoint | undefined> {
  try {
    return parseCheckpoint(await openNote(sha256, note, key, verifyEd25519));
  } catch (error) {
    if (error instanceof TreeError) return undefined;
    throw error;
  }
}

async function fileVerdict(about: 'input' | 'output', file: string | undefined, expected: string, nonce: string | undefined): Promise<Verdict> {
  const what = about === 'input' ? 'the picture that was sent' : 'the result';
  if (file === undefined) return { about, outcome: 'open', words: `Not asked whether a file is ${what}: give --${about}.` };
  if (nonce === undefined) throw new UsageError(`--${about} needs the nonce that came with the edit: give --nonce.`);
  const hmac = createHmac('sha256', Buffer.from(nonce, 'hex'));
  await pipeline(createReadStream(file), hmac).catch(unreadable(file));
  if ((hmac.read() as Buffer).toString('hex') === expected) return { about, outcome: 'ok', words: `${file} is ${what}.` };
  return { about, outcome: 'wrong', words: `${file} is not ${what}, or the nonce is another edit's.` };
}

const unreadable = (what: string) => (): never => {
  throw new FileError(`${what} cannot be read.`);
};
