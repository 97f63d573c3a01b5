import { fromBase64, toBase64 } from './base64.js';
import { hashBytes } from './hashing.js';
import type { TreeHead } from './proofs.js';
import { TreeError } from './tree-error.js';

/** What a log commits to: the head of its tree, under its name. */
export interface Checkpoint extends TreeHead {
  /** The log's name. */
  readonly origin: string;
}

/** The text of a note by c2sp.org/tlog-checkpoint: origin, size and root, one line each. */
export const formatCheckpoint = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

/** Throws `TreeError` unless the text is what `formatCheckpoint` writes. Lines beyond the third are refused: nobody could audit them. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  const whole = origin.length > 0 && Number.isSafeInteger(checkpoint.size) && checkpoint.size >= 0 && checkpoint.root.length === hashBytes;
  if (!whole || formatCheckpoint(checkpoint) !== text) throw new TreeError('This is not a checkpoint.');
  return checkpoint;
}
