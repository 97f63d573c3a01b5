import { open } from 'node:fs/promises';
import { receiptDocument, type ReceiptDocument } from '@flux-context/contracts';
import { DamagedReceiptError, FileError } from './errors.js';

/** The largest file that can be a receipt: several times what the longest takes. */
const fileBytesMax = 65_536;

/** A receipt as it is written to a file, for people and programs. The nonce lies beside it, because only with it the receipt is about somebody's files. */
export function formatReceipt(document: ReceiptDocument, nonce: string | undefined): string {
  return `${JSON.stringify({ ...document, ...(nonce !== undefined && { nonce }) }, undefined, 2)}\n`;
}

/** Throws `DamagedReceiptError` unless the file has the form of a receipt. */
export async function readReceipt(file: string): Promise<ReceiptDocument> {
  const parsed = receiptDocument.safeParse(parseJson(await readBounded(file)));
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.slice(0, 10).flatMap((issue) => ('keys' in issue ? issue.keys.map((key) => [...issue.path, key].join('.')) : issue.path.join('.')));
  throw new DamagedReceiptError(['It does not have the form of a receipt of version 1.', ...paths.filter((path) => path !== '').map((path) => `${path} is missing or not as it can be.`)], ['form']);
}

async function readBounded(file: string): Promise<string> {
  const unreadable = (): never => {
    throw new FileError(`The receipt ${file} cannot be read.`);
  };
  const handle = await open(file).catch(unreadable);
  try {
    const bytes = Buffer.alloc(fileBytesMax + 1);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, filled).catch(unreadable);
      filled += bytesRead;
      if (bytesRead === 0 || filled > fileBytesMax) break;
    }
    if (filled > fileBytesMax) throw new DamagedReceiptError(['The file is longer than a receipt can be.'], ['form']);
    return bytes.toString('utf8', 0, filled);
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
