import { editRoutes, editStatus, type EditStatus, type Model, type Stage } from '@flux-context/contracts';
import { ProblemError, type Client } from '@flux-context/ui';

/** Where an edit is, as the person sees it. */
export type Progress =
  | { readonly phase: 'sending'; readonly part: number }
  | { readonly phase: 'waiting'; readonly ahead: number | undefined }
  | { readonly phase: 'working'; readonly stage: Stage; readonly step?: number; readonly steps?: number }
  | { readonly phase: 'receiving' };

/** The picture that came back, and what its deletion receipt is found and tied by. */
export interface Edited {
  readonly picture: Blob;
  readonly editId: string;
  /** The image model that made it, where one did. */
  readonly model?: Model;
  readonly receiptNonce: string | undefined;
  /** An image model gave back what it was given. */
  readonly unchanged: boolean;
}

export interface Running {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

const followAgainMs = 1_000;
const lostConnectionsMax = 5;

/**
 * Sends an edit, follows it and brings the picture back; then the appliance is asked to delete its copy at once instead of at
 * the end of the redelivery window. An abort cancels the edit there too. Throws `ProblemError`, or the signal's reason.
 */
export async function runEdit(client: Client, form: FormData, idempotencyKey: string, running: Running): Promise<Edited> {
  const accepted = await send(client, form, idempotencyKey, running);
  const params = { editId: accepted.id };
  const forget = (): Promise<unknown> => client.call(editRoutes.cancel, { params }).catch(() => undefined);
  try {
    running.signal.throwIfAborted();
    const { drift } = await settled(client, accepted, running);
    running.onProgress({ phase: 'receiving' });
    const picture = await patiently(running.signal, () => client.bytes(editRoutes.result, { params, signal: running.signal }));
    void forget();
    return { picture, editId: accepted.id, receiptNonce: accepted.receiptNonce, unchanged: drift?.changedShare === 0, ...(accepted.model && { model: accepted.model }) };
  } catch (error) {
    if (running.signal.aborted) await forget();
    throw error;
  }
}

/** Once the whole body has left, the answer is awaited even if the person gives up: only its edit id can cancel what was accepted. */
async function send(client: Client, form: FormData, idempotencyKey: string, { signal, onProgress }: Running): Promise<EditStatus> {
  const stop = new AbortController();
  let whole = false;
  const abort = (): void => void (whole || stop.abort(signal.reason));
  signal.throwIfAborted();
  signal.addEventListener('abort', abort);
  try {
    const answer = await client.upload(editRoutes.create, form, {
      headers: { Prefer: 'respond-async', 'Idempotency-Key': idempotencyKey },
      signal: stop.signal,
      onProgress: (sent, total) => {
        whole = sent >= total;
        onProgress({ phase: 'sending', part: total === 0 ? 0 : sent / total });
      },
    });
    const status = editStatus.safeParse(answer.body);
    if (!status.success) throw ProblemError.ofTransport('answer.unexpected', answer.status);
    return status.data;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Resolves when the edit's picture can be fetched, with what is known of it then. */
async function settled(client: Client, accepted: EditStatus, { signal, onProgress }: Running): Promise<EditStatus> {
  const params = { editId: accepted.id };
  const look = (status: EditStatus): boolean => {
    if (status.state === 'failed') throw ProblemError.fromCode(status.code ?? 'internal.unexpected');
    if (status.state !== 'accepted') return true;
    onProgress(progressOf(status));
    return false;
  };
  if (look(accepted)) return accepted;
  return patiently(signal, async () => {
    for await (const { event, data } of client.events(editRoutes.events, { params, signal })) {
      const status = event === 'status' ? editStatus.safeParse(JSON.parse(data)) : undefined;
      if (status?.success === true && look(status.data)) return status.data;
    }
    const status = await client.call(editRoutes.status, { params, signal });
    if (!look(status)) throw ProblemError.ofTransport('connection.lost');
    return status;
  });
}

export function progressOf(status: EditStatus): Progress {
  if (status.stage === undefined || status.stage === 'queue' || status.stage === 'receive' || status.stage === 'seal') return { phase: 'waiting', ahead: status.queuePosition };
  return { phase: 'working', stage: status.stage, ...(status.step === undefined ? {} : { step: status.step }), ...(status.steps === undefined ? {} : { steps: status.steps }) };
}

/** Tries again when the connection broke; the edit runs on without us. */
async function patiently<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let lost = 1; ; lost++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProblemError) || error.code !== 'connection.lost' || lost >= lostConnectionsMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, followAgainMs * lost));
    }
  }
}
