import {
  auditRoutes, balance, editRoutes, editStatus, limits, limitsRoute, problem, quotaRoutes, receiptDocument, receiptRoutes,
  type Balance, type EditStatus, type Limits, type ReceiptDocument, type Route,
} from '@flux-context/contracts';
import type { Appliance } from './appliance.js';
import { CancelledError, ForeignAnswerError, ProblemError, UnreachableError } from './errors.js';
import { readEvents } from './event-stream.js';

interface Call {
  readonly editId?: string;
  /** Of a tile. */
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: FormData;
  /** Instead of the client's own signal. */
  readonly signal?: AbortSignal;
}

interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

const followAttemptsMax = 5;
const cancelTimeoutMs = 5_000;

/** An edit that nothing will happen to any more. */
export const isOver = ({ state }: EditStatus): boolean => state !== 'accepted';

async function problemOf(response: Response): Promise<Error> {
  const parsed = problem.safeParse(await response.json().catch(() => undefined));
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  if (parsed.success) return new ProblemError(parsed.data, Number.isFinite(retryAfter) ? retryAfter : undefined);
  return new ForeignAnswerError(`The address answered ${response.status}, but not as an appliance does. Check FLUX_URL and any proxy between.`);
}

async function shaped<T>(response: Response, shape: Shape<T>): Promise<T> {
  const parsed = shape.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new ForeignAnswerError('The address does not answer as this version of the appliance does. Check FLUX_URL.');
}

/** The routes of the appliance that the CLI uses. Each throws one of `errors.ts`. */
export class Client {
  constructor(
    private readonly appliance: Appliance,
    private readonly signal: AbortSignal,
  ) {}

  /** Accepted, and running on. The key makes it safe to send the same form again. */
  async createEdit(form: FormData, idempotencyKey: string): Promise<EditStatus> {
    const headers = { prefer: 'respond-async', 'idempotency-key': idempotencyKey };
    return shaped(await this.call(editRoutes.create, { body: form, headers }), editStatus);
  }

  /** Every status until the edit is over. A stream that breaks is taken up again, a few times. */
  async *follow(editId: string): AsyncGenerator<EditStatus> {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.call(editRoutes.events, { editId, headers: { accept: 'text/event-stream' } });
        for await (const data of readEvents(this.bytesOf(response), 'status')) {
          const parsed = editStatus.safeParse(parseJson(data));
          if (!parsed.success) throw new ForeignAnswerError('The appliance sent an event that this version does not know.');
          yield parsed.data;
          if (isOver(parsed.data)) return;
        }
      } catch (error) {
        if (!(error instanceof UnreachableError) || attempt >= followAttemptsMax) throw error;
      }
      if (attempt >= followAttemptsMax) throw new UnreachableError('The connection to the appliance broke again and again while the edit ran.');
      await this.pause(attempt * 200);
    }
  }

  async result(editId: string): Promise<AsyncIterable<Uint8Array>> {
    return this.bytesOf(await this.call(editRoutes.result, { editId }));
  }

  /** Works after the client's own signal fired: that is what it is for. */
  async cancelEdit(editId: string): Promise<EditStatus> {
    return shaped(await this.call(editRoutes.cancel, { editId, signal: AbortSignal.timeout(cancelTimeoutMs) }), editStatus);
  }

  /** The receipt of an edit that is erased; `receipt.not_ready` until then. */
  async receipt(editId: string): Promise<ReceiptDocument> {
    return shaped(await this.call(receiptRoutes.receipt, { editId }), receiptDocument);
  }

  async balance(): Promise<Balance> {
    return shaped(await this.call(quotaRoutes.balance), balance);
  }

  async limits(): Promise<Limits> {
    return shaped(await this.call(limitsRoute), limits);
  }

  /** A file of the audit log: `checkpoint`, `key`, or a tile by its address. */
  async auditFile(name: string): Promise<AsyncIterable<Uint8Array>> {
    if (name === 'checkpoint') return this.bytesOf(await this.call(auditRoutes.checkpoint));
    if (name === 'minimum') return this.bytesOf(await this.call(auditRoutes.minimum));
    if (name === 'key') return this.bytesOf(await this.call(auditRoutes.key));
    return this.bytesOf(await this.call(auditRoutes.tile, { address: name.replace(/^tile\//, '') }));
  }

  private async call(route: Route, { editId, address, headers, body, signal = this.signal }: Call = {}): Promise<Response> {
    const { url, apiKey } = this.appliance;
    const target = new URL(route.path.replace('{editId}', editId ?? '').replace('{+address}', address ?? ''), url);
    const init = { method: route.method, headers: { ...headers, authorization: `Bearer ${apiKey}` }, signal, redirect: 'error' as const };
    const response = await fetch(target, body ? { ...init, body } : init).catch((error: unknown) => this.rethrow(error));
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  private async *bytesOf(response: Response): AsyncGenerator<Uint8Array> {
    try {
      if (response.body) yield* response.body;
    } catch (error) {
      this.rethrow(error);
    }
  }

  private async pause(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (this.signal.aborted) throw new CancelledError();
  }

  private rethrow(error: unknown): never {
    if (this.signal.aborted) throw new CancelledError();
    if (error instanceof CancelledError || error instanceof ForeignAnswerError) throw error;
    throw new UnreachableError(`No appliance answers at ${this.appliance.url.origin}. Is it running, and is the address right?`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
