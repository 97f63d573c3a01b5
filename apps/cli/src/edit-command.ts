import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EditStatus } from '@flux-context/contracts';
import type { Client } from './client.js';
import { buildForm, type EditWish } from './edit-form.js';
import { CancelledError, UnreachableError, UsageError } from './errors.js';
import { checkOutput, outputFormatOf, writeOutput } from './output.js';
import { awaitReceipt, writeReceipt } from './receipt-command.js';
import { showProgress, type Progress, type Terminal } from './progress.js';

/** The streams of a run. */
export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Fires when the person cancels. */
  readonly signal: AbortSignal;
}

export interface EditCall extends EditWish {
  readonly output: string;
  /** File for the deletion receipt; the edit is then erased at once, and waited for. */
  readonly receipt?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

function checkCall({ instruction, plan, picture, mask, reference, output, json }: EditCall, { stdout }: Streams): void {
  if ((instruction === undefined) === (plan === undefined)) throw new UsageError('Say what to do with the picture: either in words, or with --plan.');
  if ([picture, mask, ...reference].filter((file) => file === '-').length > 1) throw new UsageError('Only one file can come from the standard input.');
  if (output === '-' && json) throw new UsageError('--json and the picture cannot both go to the standard output.');
  if (output === '-' && stdout.isTTY) throw new UsageError('A picture is not for the screen. Name a file with -o, or pipe it on.');
}

/** Once more after a broken connection. Only for what may be repeated: the key makes sending so, the window reading. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return work();
  }
}

async function fetchResult(client: Client, { id }: EditStatus, { output, force }: EditCall, { stdout }: Streams): Promise<number> {
  if (output !== '-') return twice(async () => writeOutput(output, force, await client.result(id)));
  const bytes = await client.result(id);
  let size = 0;
  const counted = (async function* () {
    for await (const piece of bytes) {
      size += piece.length;
      yield piece;
    }
  })();
  await pipeline(Readable.from(counted, { objectMode: false }), stdout, { end: false });
  return size;
}

async function runEdit(client: Client, call: EditCall, streams: Streams, progress: Progress): Promise<{ accepted: EditStatus; bytes: number }> {
  const form = await buildForm(call, streams.stdin);
  const idempotencyKey = randomUUID();
  let accepted: EditStatus | undefined;
  try {
    progress.sending();
    accepted = await twice(() => client.createEdit(form, idempotencyKey));
    progress.status(accepted);
    for await (const status of client.follow(accepted.id)) progress.status(status);
    return { accepted, bytes: await fetchResult(client, accepted, call, streams) };
  } catch (error) {
    if (error instanceof CancelledError && accepted) await client.cancelEdit(accepted.id).catch(() => undefined);
    throw error;
  } finally {
    progress.stop();
  }
}

/** The picture is saved by now, whatever happens here. */
async function keepReceipt(client: Client, { receipt: file = '', force, quiet, picture, output }: EditCall, { id, receiptNonce }: EditStatus, { stderr, signal }: Streams): Promise<void> {
  await writeReceipt(file, force, await awaitReceipt(client, id, signal), receiptNonce);
  if (!quiet) stderr.write(`Saved ${file}. Check it with: flux verify receipt ${[file, ...named('--input', picture), ...named('--output', output)].join(' ')}\n`);
}

const named = (flag: string, file: string): string[] => (file === '-' ? [] : [flag, file]);

/** `flux edit`: sends, follows, fetches, writes. Cancelled, it also cancels on the appliance, so that nothing is charged. */
export async function edit(client: Client, wished: EditCall, streams: Streams): Promise<void> {
  checkCall(wished, streams);
  const format = outputFormatOf(wished.output, wished.format);
  const call = format ? { ...wished, format } : wished;
  if (call.output !== '-') await checkOutput(call.output, call.force);
  if (call.receipt !== undefined) await checkOutput(call.receipt, call.force);
  const started = performance.now();
  const { accepted, bytes } = await runEdit(client, call, streams, showProgress(streams.stderr, call.quiet));
  const seconds = Number(((performance.now() - started) / 1_000).toFixed(2));
  const { id: editId, receiptNonce } = accepted;
  if (!call.quiet) streams.stderr.write(`${call.output === '-' ? 'Done' : `Saved ${call.output}`} (${Math.ceil(bytes / 1_000).toLocaleString('en')} kB, ${seconds} s)\n`);
  if (call.receipt !== undefined) await keepReceipt(client, call, accepted, streams);
  if (call.json) streams.stdout.write(`${JSON.stringify({ editId, output: call.output, bytes, seconds, receiptNonce, receipt: call.receipt })}\n`);
}
