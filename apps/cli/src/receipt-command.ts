import type { ReceiptDocument } from '@flux-context/contracts';
import type { Client } from './client.js';
import { CancelledError, ProblemError, UsageError } from './errors.js';
import { checkOutput, writeOutput } from './output.js';
import type { Terminal } from './progress.js';
import { formatReceipt } from './receipt-file.js';

export interface ReceiptCall {
  readonly editId: string;
  /** File to write to; the standard output when absent. */
  readonly output?: string;
  /** Kept beside the receipt. */
  readonly nonce?: string;
  readonly force: boolean;
}

/** Long enough for the log to sign, a few times over. */
const waitSecondsMax = 60;

export const checkNonce = (nonce: string): string => {
  const hex = nonce.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new UsageError('--nonce is not the nonce of a receipt: 64 hexadecimal digits.');
  return hex;
};

/** Has the edit erased now instead of at the end of its window, and waits for the receipt. */
export async function awaitReceipt(client: Client, editId: string, signal: AbortSignal): Promise<ReceiptDocument> {
  await client.cancelEdit(editId).catch((error: unknown) => {
    // Erased already, or about to be.
    if (!(error instanceof ProblemError)) throw error;
  });
  const untilMs = performance.now() + waitSecondsMax * 1_000;
  for (;;) {
    try {
      return await client.receipt(editId);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'receipt.not_ready' || performance.now() > untilMs) throw error;
      await pause((error.retryAfterSeconds ?? 1) * 1_000, signal);
    }
  }
}

export const writeReceipt = async (file: string, force: boolean, document: ReceiptDocument, nonce: string | undefined): Promise<void> =>
  void (await writeOutput(file, force, once(formatReceipt(document, nonce))));

/** `flux receipt`: fetches the receipt of an edit that is erased. */
export async function fetchReceipt(client: Client, { editId, output, nonce, force }: ReceiptCall, { stdout }: { readonly stdout: Terminal }): Promise<void> {
  if (!/^edt_[0-9a-f]{32}$/.test(editId)) throw new UsageError('That is not the id of an edit. It looks like edt_0123….');
  const kept = nonce === undefined ? undefined : checkNonce(nonce);
  if (output !== undefined) await checkOutput(output, force);
  const document = await client.receipt(editId);
  if (output === undefined) stdout.write(formatReceipt(document, kept));
  else await writeReceipt(output, force, document, kept);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
  if (signal.aborted) throw new CancelledError();
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
