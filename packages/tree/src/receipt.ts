import { type Canonical, canonicalJson } from './canonical-json.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { type EntryProof, parseEntryProof } from './entry-proof.js';
import { hashingWith, type Sha256, toHex } from './hashing.js';
import { verifyInclusion } from './proofs.js';
import { type NoteKey, openNote, type SignEd25519, signNote, type VerifyEd25519 } from './signed-note.js';
import { TreeError } from './tree-error.js';

/** What a receipt says, as far as its place in the log depends on it. The rest is the issuer's own; every member is signed. */
export interface ReceiptBody {
  readonly [member: string]: Canonical;
  readonly editId: string;
  /** The name of the log whose entry carries the receipt's hash. */
  readonly log: string;
}

/** A receipt with everything that an outsider needs to check it offline, but the keys. */
export interface SignedReceipt {
  readonly receipt: ReceiptBody;
  /** The signature line of a note (c2sp.org/signed-note) whose text is `receiptText`. */
  readonly signature: string;
  /** The entry of the log that carries the receipt's hash, byte for byte. */
  readonly entry: string;
  /** c2sp.org/tlog-proof of that entry. */
  readonly proof: string;
}

/** What is signed and hashed: the receipt as canonical JSON (RFC 8785) and a line feed, as `jq -cS` writes it. */
export const receiptText = (receipt: ReceiptBody): string => `${canonicalJson(receipt)}\n`;

/** What the log's entry says of a receipt: SHA-256 of its text, in hex. */
export const receiptHash = (sha256: Sha256, receipt: ReceiptBody): string => toHex(sha256(new TextEncoder().encode(receiptText(receipt))));

/** The signature line of a receipt. */
export function signReceipt(sha256: Sha256, receipt: ReceiptBody, key: NoteKey, sign: SignEd25519): string {
  const text = receiptText(receipt);
  return signNote(sha256, text, key, sign).slice(text.length + 1, -1);
}

export interface ReceiptAudit {
  readonly document: SignedReceipt;
  readonly receiptKey: NoteKey;
  readonly logKey: NoteKey;
  readonly sha256: Sha256;
  readonly verify: VerifyEd25519;
}

/** What can be wrong with a receipt, in the order in which it is looked at. */
export const receiptFaults = [
  /** The receipt is not what its key has signed. */
  'signature',
  /** The entry of the log is about another receipt. */
  'entry',
  /** The checkpoint is not signed by the log's key, or is of another log than the receipt names. */
  'checkpoint',
  /** The entry is not in the log that the checkpoint stands for. */
  'inclusion',
] as const;
export type ReceiptFault = (typeof receiptFaults)[number];

export interface ReceiptReport {
  readonly faults: readonly ReceiptFault[];
  /** Place of the entry in the log; undefined when the proof is none. */
  readonly index: number | undefined;
  /** Undefined when it could not be trusted. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Checks a receipt offline. It never throws for what the document says: each thing that is not as it should be is a fault. */
export async function verifyReceipt({ document, receiptKey, logKey, sha256, verify }: ReceiptAudit): Promise<ReceiptReport> {
  const { receipt, signature, entry } = document;
  const faults = new Set<ReceiptFault>();
  const signed = await orUndefined(() => openNote(sha256, `${receiptText(receipt)}\n${signature}\n`, receiptKey, verify));
  if (signed === undefined) faults.add('signature');
  if (!carries(entry, receipt, receiptHash(sha256, receipt))) faults.add('entry');
  const proof = await orUndefined(async () => parseEntryProof(document.proof));
  const checkpoint = proof && (await orUndefined(async () => parseCheckpoint(await openNote(sha256, proof.checkpoint, logKey, verify))));
  if (checkpoint?.origin !== receipt.log) faults.add('checkpoint');
  if (!isIn(proof, checkpoint, entry, sha256)) faults.add('inclusion');
  return { faults: receiptFaults.filter((fault) => faults.has(fault)), index: proof?.index, checkpoint: faults.has('checkpoint') ? undefined : checkpoint };
}

function isIn(proof: EntryProof | undefined, checkpoint: Checkpoint | undefined, entry: string, sha256: Sha256): boolean {
  if (proof === undefined || checkpoint === undefined) return false;
  const hashing = hashingWith(sha256);
  return verifyInclusion(hashing, hashing.leaf(new TextEncoder().encode(entry)), proof.index, checkpoint, proof.path);
}

/** Whether an entry of the log is the erasure of this receipt's edit and carries its hash. */
function carries(entry: string, receipt: ReceiptBody, hash: string): boolean {
  let event: unknown;
  try {
    event = JSON.parse(entry);
  } catch {
    return false;
  }
  const { name, payload } = (event ?? {}) as { name?: unknown; payload?: { editId?: unknown; receiptSha256?: unknown } | null };
  return name === 'edit.erased' && payload?.editId === receipt.editId && payload.receiptSha256 === hash;
}

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TreeError) return undefined;
    throw error;
  }
}
