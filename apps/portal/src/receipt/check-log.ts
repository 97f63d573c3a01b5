import { auditRoutes } from '@flux-context/contracts';
import { type LogReport, type LogSource, parseNoteKey, tilePath, TreeError, verifyLog } from '@flux-context/tree';
import { ProblemError, type Client } from '@flux-context/ui';
import { sha256, verifyEd25519 } from './check-receipt.js';

export interface LogCheck {
  readonly report: LogReport;
  /** The signed checkpoint as text, to be kept and given to the next check. */
  readonly checkpoint: string;
  /** The key that the log itself named, as one line. */
  readonly verifierKey: string;
}

/**
 * Reads the whole log and computes its tree anew, in this browser. Throws `TreeError` when there is no log signed by its key,
 * and whatever the browser throws that cannot check Ed25519.
 */
export async function checkLog(client: Client, options: { readonly earlier?: string; readonly onProgress: (entries: number, size: number) => void }): Promise<LogCheck> {
  const checkpoint = await text(client.bytes(auditRoutes.checkpoint));
  const verifierKey = (await text(client.bytes(auditRoutes.key))).trim();
  const source: LogSource = {
    checkpoint: async () => checkpoint,
    tile: async (at) => new Uint8Array(await (await found(client.bytes(auditRoutes.tile, { params: { address: tilePath(at).replace(/^tile\//, '') } }))).arrayBuffer()),
    minimum: async () => Number(await text(client.bytes(auditRoutes.minimum))),
  };
  return { report: await verifyLog({ source, key: parseNoteKey(sha256, verifierKey), sha256, verify: verifyEd25519, ...options }), checkpoint, verifierKey };
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
