import { auditRoutes } from '@flux-context/contracts';
import { type LogReport, type LogSource, type NoteKey, openNote, parseCheckpoint, parseNoteKey, tilePath, TreeError, verifyLog } from '@flux-context/tree';
import { ProblemError, type Client } from '@flux-context/ui';
import { sha256, verifyEd25519 } from './check-receipt.js';

export interface LogCheck {
  readonly report: LogReport;
  /** The signed checkpoint as text, to be kept and given to the next check. */
  readonly checkpoint: string;
  /** The key that the log itself named, as one line. */
  readonly verifierKey: string;
  /** Whether the log was compared with an earlier checkpoint. */
  readonly compared: boolean;
}

/** The largest file that can be a checkpoint. */
const checkpointBytesMax = 65_536;

/** The file that was chosen is no checkpoint of this log. That says nothing about the log. */
export class EarlierCheckpointError extends Error {
  override readonly name = 'EarlierCheckpointError';
}

/**
 * Reads the whole log and computes its tree anew, in this browser. Throws `EarlierCheckpointError` when `earlier` is not a
 * checkpoint that the log's key has signed, `TreeError` when there is no log signed by its key, and whatever the browser throws that cannot check Ed25519.
 */
export async function checkLog(client: Client, options: { readonly earlier?: Blob | undefined; readonly onProgress: (entries: number, size: number) => void }): Promise<LogCheck> {
  const checkpoint = await text(client.bytes(auditRoutes.checkpoint));
  const verifierKey = (await text(client.bytes(auditRoutes.key))).trim();
  const source: LogSource = {
    checkpoint: async () => checkpoint,
    tile: async (at) => new Uint8Array(await (await found(client.bytes(auditRoutes.tile, { params: { address: tilePath(at).replace(/^tile\//, '') } }))).arrayBuffer()),
    minimum: async () => Number(await text(client.bytes(auditRoutes.minimum))),
  };
  const key = parseNoteKey(sha256, verifierKey);
  const earlier = options.earlier === undefined ? {} : { earlier: await earlierCheckpoint(options.earlier, key) };
  const report = await verifyLog({ source, key, sha256, verify: verifyEd25519, onProgress: options.onProgress, ...earlier });
  return { report, checkpoint, verifierKey, compared: options.earlier !== undefined };
}

/** The text of the file, once it is known to be a checkpoint of this key. */
async function earlierCheckpoint(file: Blob, key: NoteKey): Promise<string> {
  if (file.size > checkpointBytesMax) throw new EarlierCheckpointError('The file is too large to be a checkpoint.');
  const note = await file.text();
  try {
    parseCheckpoint(await openNote(sha256, note, key, verifyEd25519));
  } catch (error) {
    if (error instanceof TreeError) throw new EarlierCheckpointError('The file is not a checkpoint that the key of this log has signed. If it was kept from this log, ask whether the key was changed.', { cause: error });
    throw error;
  }
  return note;
}

const text = async (file: Promise<Blob>): Promise<string> => (await found(file)).text();

async function found(file: Promise<Blob>): Promise<Blob> {
  try {
    return await file;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'audit.not_found') throw new TreeError('The log has no such file.');
    throw error;
  }
}
