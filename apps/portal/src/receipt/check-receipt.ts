import type { ReceiptDocument } from '@flux-context/contracts';
import { parseNoteKey, type ReceiptReport, type Sha256, TreeError, type VerifyEd25519, verifyReceipt } from '@flux-context/tree';
import { hmac } from '@noble/hashes/hmac';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2';

export const sha256: Sha256 = (bytes) => nobleSha256(bytes);

/** By Web Crypto, which browsers have in secure contexts only, and not all of them with Ed25519. Rejects where it is missing. */
export const verifyEd25519: VerifyEd25519 = async (publicKey, message, signature) => {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
};

/** What this tab still has of an edit, to tie its receipt to. */
export interface OwnFiles {
  /** In hex, as the appliance told it to this tab. */
  readonly nonce: string | undefined;
  readonly sent: Blob;
  readonly result: Blob;
}

export type Outcome = 'holds' | 'broken' | 'unknown';

/** What was found, in this browser and without asking the appliance again. `unknown`: this browser cannot tell. */
export interface Findings {
  readonly signature: Outcome;
  readonly log: Outcome;
  readonly sent: Outcome;
  readonly result: Outcome;
  readonly place: { readonly index: number; readonly size: number } | undefined;
}

export async function checkReceipt(document: ReceiptDocument, files: OwnFiles): Promise<Findings> {
  const [report, sent, result] = await Promise.all([reportOn(document), isAbout(files.sent, files.nonce, document.receipt.inputHmac), isAbout(files.result, files.nonce, document.receipt.outputHmac)]);
  if (report === undefined) return { signature: 'unknown', log: 'unknown', sent, result, place: undefined };
  const { faults, index, checkpoint } = report;
  const place = index === undefined || checkpoint === undefined ? undefined : { index, size: checkpoint.size };
  return { signature: faults.includes('signature') ? 'broken' : 'holds', log: faults.some((fault) => fault !== 'signature') ? 'broken' : 'holds', sent, result, place };
}

export const allHolds = ({ signature, log, sent, result }: Findings): Outcome => {
  const outcomes = [signature, log, sent, result];
  return outcomes.includes('broken') ? 'broken' : outcomes.includes('unknown') ? 'unknown' : 'holds';
};

/** Undefined where the browser cannot check a signature. Keys that are none are a broken signature. */
async function reportOn(document: ReceiptDocument): Promise<ReceiptReport | undefined> {
  try {
    const [receiptKey, logKey] = [parseNoteKey(sha256, document.keys.receipt), parseNoteKey(sha256, document.keys.log)];
    return await verifyReceipt({ document, receiptKey, logKey, sha256, verify: verifyEd25519 });
  } catch (error) {
    return error instanceof TreeError ? { faults: ['signature', 'checkpoint'], index: undefined, checkpoint: undefined } : undefined;
  }
}

async function isAbout(file: Blob, nonce: string | undefined, expected: string): Promise<Outcome> {
  if (nonce === undefined) return 'unknown';
  const found = hmac(nobleSha256, fromHex(nonce), new Uint8Array(await file.arrayBuffer()));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, '0')).join('') === expected ? 'holds' : 'broken';
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
