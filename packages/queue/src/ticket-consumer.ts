import { setTimeout } from 'node:timers/promises';
import { type Engine, type Ticket, ticket as ticketSchema } from '@flux-context/contracts';
import { type Job, Worker } from 'bullmq';
import { backendOf, bound, type QueueConnection } from './connection.js';
import { queueName } from './queue-name.js';

/**
 * When a worker dies its lock runs out after at most `lockMs` and the next look at the locks, at most `lookMs` later, gives
 * the ticket to another: 4 s at worst. Locks are renewed every second, so an event loop may hang for two without harm.
 */
const lockMs = 3_000;
const renewMs = 1_000;
const lookMs = 1_000;
/** Times a ticket is given out again after its worker died. */
const redeliveries = 1;

export interface ConsumerOptions {
  readonly connection: QueueConnection;
  readonly pool: string;
  readonly engine: Engine;
  /** Tickets taken at once. */
  readonly concurrency: number;
  /**
   * Does the edit of one ticket to its end and reports it elsewhere; the queue learns nothing but that it is over. The signal
   * aborts when the ticket was lost to another worker, or when draining took too long. A rejection counts as a lost edit.
   */
  readonly take: (ticket: Ticket, signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface TicketConsumer {
  /** Resolves when tickets are taken. */
  ready(): Promise<void>;
  /** Takes no more tickets and waits for the running ones. What is not over after `graceMs` is aborted and goes to another worker. */
  close(graceMs: number): Promise<void>;
}

/** The worker's side of one pool and engine. */
export function consumeTickets(options: ConsumerOptions): TicketConsumer {
  const name = queueName(options.pool, options.engine);
  const drained = { tooLate: false };
  const worker = new Worker(
    name,
    // BullMQ passes a signal only to a function that declares three parameters.
    async (job: TicketJob, _token?: string, signal?: AbortSignal) => {
      try {
        await takeTicket(options, name, job, signal ?? new AbortController().signal);
      } finally {
        // A ticket that ends in neither way keeps its lock until that runs out, and then goes to another worker.
        if (drained.tooLate) await new Promise<never>(() => undefined);
      }
    },
    {
      connection: bound,
      prefix: options.connection.schema,
      concurrency: options.concurrency,
      lockDuration: lockMs,
      lockRenewTime: renewMs,
      stalledInterval: lookMs,
      maxStalledCount: redeliveries,
      runRetryDelay: 1_000,
      autorun: false,
    },
    backendOf(options.connection, 4),
  );
  worker.on('error', options.onError);
  worker.on('lockRenewalFailed', (editIds) => editIds.forEach((editId) => worker.cancelJob(editId)));
  // A queue that cannot be opened refuses every look at it at once and for good: looking anyway would leave the process no time for anything else.
  const opened = worker.waitUntilReady().then(() => void worker.run().catch(options.onError));
  opened.catch(options.onError);
  return {
    ready: () => opened,
    close: (graceMs) => drain(worker, graceMs, drained),
  };
}

type TicketJob = Job<unknown, void>;

async function takeTicket(options: ConsumerOptions, name: string, job: TicketJob, signal: AbortSignal): Promise<void> {
  const parsed = ticketSchema.safeParse(job.data);
  const valid = parsed.success && parsed.data.editId === job.id && queueName(parsed.data.pool, parsed.data.engine) === name;
  if (!valid) throw reasonless();
  try {
    await options.take(parsed.data, signal);
  } catch (error) {
    if (!signal.aborted) options.onError(error);
    throw reasonless();
  }
}

/** The queue writes the text and the stack of an error into its tables; so it gets neither. */
function reasonless(): Error {
  const error = new Error('lost');
  error.stack = '';
  return error;
}

async function drain(worker: Pick<Worker, 'close' | 'cancelAllJobs' | 'pause'>, graceMs: number, drained: { tooLate: boolean }): Promise<void> {
  const timer = new AbortController();
  const finished = worker.pause().then(() => true);
  const late = setTimeout(graceMs, false, { signal: timer.signal }).catch(() => false);
  const whole = await Promise.race([finished, late]);
  timer.abort();
  drained.tooLate = !whole;
  if (!whole) worker.cancelAllJobs();
  await worker.close(!whole);
}
