import { type Engine, type Ticket, ticket as ticketSchema } from '@flux-context/contracts';
import { Queue, QueueEvents } from 'bullmq';
import { backendOf, bound, type QueueConnection } from './connection.js';
import { queueName } from './queue-name.js';

/** The event stream only wakes listeners; nobody reads it back, so it stays short. */
const eventsMax = 256;
/** Followers of many edits share one look at the line, at most this old. */
const lineAgeMsMax = 250;

export interface TicketQueueOptions {
  readonly connection: QueueConnection;
  readonly pool: string;
  readonly engine: Engine;
  /** Told when the queue cannot be reached; it keeps trying by itself. */
  readonly onError: (error: unknown) => void;
}

/** The API's side of one pool and engine: puts tickets in, takes cancelled ones out, and says where an edit stands. */
export class TicketQueue {
  private readonly name: string;
  private readonly queue: ReturnType<typeof openQueue>;
  private readonly events: ReturnType<typeof openEvents>;
  private closed = false;
  private line: { readonly readAt: number; readonly places: Promise<ReadonlyMap<string, number>> } | undefined;

  constructor(private readonly options: TicketQueueOptions) {
    this.name = queueName(options.pool, options.engine);
    this.queue = openQueue(this.name, options.connection);
    this.events = openEvents(this.name, options.connection);
    const complain = (error: unknown): void => {
      if (!this.closed) options.onError(error);
    };
    this.queue.on('error', complain);
    this.events.on('error', complain);
  }

  /** Resolves when tickets can be added and losses are heard. */
  async ready(): Promise<void> {
    await Promise.all([this.queue.waitUntilReady(), this.events.waitUntilReady()]);
  }

  /** Adds a ticket. Adding the same edit again while it waits or runs changes nothing. */
  async add(ticket: Ticket): Promise<void> {
    const valid = ticketSchema.parse(ticket);
    if (queueName(valid.pool, valid.engine) !== this.name) throw new TypeError('The ticket belongs to another queue.');
    this.line = undefined;
    await this.queue.add('ticket', valid, { jobId: valid.editId, attempts: 1, removeOnComplete: true, removeOnFail: true });
  }

  /** Takes a waiting ticket out. A running one stays; its worker hears of the end from the holder. */
  async remove(editId: string): Promise<void> {
    this.line = undefined;
    await this.queue.remove(editId);
  }

  /** How many edits are ahead; 0 is next. Undefined when the edit runs or is not in this queue. At most 250 ms old. */
  async positionOf(editId: string): Promise<number | undefined> {
    const now = performance.now();
    if (!this.line || now - this.line.readAt > lineAgeMsMax) this.line = { readAt: now, places: this.readLine() };
    return (await this.line.places).get(editId);
  }

  /** Tickets that wait for a worker. */
  async depth(): Promise<number> {
    return this.queue.getWaitingCount();
  }

  /** Calls back with the id of an edit whose ticket was given out twice and lost its worker both times. */
  onLost(listener: (editId: string) => void): void {
    this.events.on('failed', ({ jobId }) => listener(jobId));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.queue.close(), this.events.close()]);
  }

  private async readLine(): Promise<ReadonlyMap<string, number>> {
    const waiting = await this.queue.getRanges(['wait'], 0, -1, true);
    return new Map(waiting.map((editId, place) => [editId, place]));
  }
}

const openQueue = (name: string, connection: QueueConnection) =>
  new Queue(name, { connection: bound, prefix: connection.schema, streams: { events: { maxLen: eventsMax } } }, backendOf(connection, 3));

const openEvents = (name: string, connection: QueueConnection) =>
  new QueueEvents(name, { connection: bound, prefix: connection.schema }, backendOf(connection, 1));
