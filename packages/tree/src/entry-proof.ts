import { fromBase64, toBase64 } from './base64.js';
import { TreeError } from './tree-error.js';

/** That one entry is in a log: checked offline, with the entry and the log's key. */
export interface EntryProof {
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly path: readonly Uint8Array[];
  /** The signed checkpoint, as the log issued it. */
  readonly checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';

/** The text of a proof by c2sp.org/tlog-proof, without extra data. */
export const formatEntryProof = ({ index, path, checkpoint }: EntryProof): string => [firstLine, `index ${index}`, ...path.map(toBase64), '', checkpoint].join('\n');

/** Throws `TreeError` unless the text is a proof of version 1. Extra data is skipped: nothing vouches for it. */
export function parseEntryProof(text: string): EntryProof {
  const end = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  const [indexLine = '', ...path] = lines[0]?.startsWith('extra ') ? lines.slice(1) : lines;
  const index = Number(indexLine.slice('index '.length));
  if (first !== firstLine || !Number.isSafeInteger(index) || index < 0 || indexLine !== `index ${index}`) throw new TreeError('This is not a proof.');
  return { index, path: path.map(fromBase64), checkpoint: text.slice(end + 2) };
}
