import { createHash } from 'node:crypto';
import { type AnnouncedModel, brief as briefSchema, internalPaths, newId, type Brief, type Engine, type ParcelHeader, type Report, type Ticket } from '@flux-context/contracts';
import { generatePoolKeyPair, openFrom, openPart, sealPart, type EditSecrets, type PoolKeyPair } from '@flux-context/envelope';
import { consumeTickets, type TicketConsumer } from '@flux-context/queue';
import { poolCredentials, type EditsRoom } from './edits.js';

/** What a worker has in hand when it may answer. */
export interface Taken {
  readonly ticket: Ticket;
  readonly header: ParcelHeader;
  readonly secrets: EditSecrets;
  readonly brief: Brief;
  readonly image: Uint8Array;
  call(method: string, path: string, body?: BodyInit): Promise<Response>;
  /** Seals and returns these bytes as the answer. */
  answer(bytes: Uint8Array): Promise<Uint8Array>;
  report(report: Report): Promise<Response>;
}

/**
 * A worker by the contract, without a sandbox or an engine: real tickets, real envelope, real calls. What it does with an
 * edit is the spec's to say; by default it returns the picture as it came.
 */
export class SpecWorker {
  private readonly consumers: TicketConsumer[] = [];
  /** Where it said that it is there; it says so again and again, as workers do. */
  private readonly announced = new Set<string>();
  private readonly again = setInterval(() => this.announced.forEach((url) => void this.announce(url).catch(() => undefined)), 2_000).unref();
  private readonly workerId = newId('worker');
  readonly taken: Taken[] = [];
  edit: (taken: Taken) => Promise<void> = returnAsItCame;

  private constructor(
    private readonly room: EditsRoom,
    private readonly pool: 'shared' | 'legal',
    private readonly keys: PoolKeyPair,
    private readonly models: readonly AnnouncedModel[],
  ) {}

  static async start(room: EditsRoom, pool: 'shared' | 'legal' = 'shared', models: readonly AnnouncedModel[] = []): Promise<SpecWorker> {
    const worker = new SpecWorker(room, pool, await generatePoolKeyPair(), models);
    await worker.announce();
    for (const engine of worker.engines) worker.consumers.push(consumeTickets({
      connection: { url: room.databaseUrl, schema: `queue_${pool}` },
      pool,
      engine,
      concurrency: 4,
      take: (ticket) => worker.take(ticket),
      onError: () => undefined,
    }));
    await Promise.all(worker.consumers.map((consumer) => consumer.ready()));
    return worker;
  }

  private get engines(): Engine[] {
    return this.models.length > 0 ? ['exact', 'diffusion'] : ['exact'];
  }

  async announce(url = this.room.internalUrl): Promise<void> {
    const publicKey = Buffer.from(this.keys.publicKey).toString('base64');
    const announcement = { workerId: this.workerId, pool: this.pool, epoch: '1', publicKey, engines: this.engines, models: this.models, slots: 4, isolation: 'process', build: 'spec' };
    const answer = await this.call(url, 'POST', internalPaths.workers, JSON.stringify(announcement));
    if (answer.status !== 204) throw new Error(`The announcement was answered ${answer.status}`);
    this.announced.add(url);
  }

  /** Fetches and opens the parcels of a ticket, as a worker does when it is given one. */
  async open(ticket: Ticket): Promise<Taken | undefined> {
    const answer = await this.call(ticket.parcelsAt, 'GET', internalPaths.parcels(ticket.editId));
    if (!answer.ok) return undefined;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const end = bytes.indexOf(10);
    const header = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')) as ParcelHeader;
    const { editId } = header;
    const secrets = await this.secretsOf(header);
    let at = end + 1;
    const plain = new Map<string, Uint8Array>();
    for (const { name, sealedBytes } of header.parts) {
      plain.set(name, openPart(secrets.request, { editId, part: name, direction: 'request' }, bytes.subarray(at, at + sealedBytes)));
      at += sealedBytes;
    }
    const brief = briefSchema.parse(JSON.parse(Buffer.from(plain.get('brief')!).toString('utf8')));
    const call = (method: string, path: string, body?: BodyInit) => this.call(ticket.parcelsAt, method, path, body);
    return {
      ticket, header, secrets, brief, image: plain.get('image')!, call,
      answer: async (picture) => {
        const sealed = sealPart(secrets.answer, { editId, part: 'answer', direction: 'answer' }, picture);
        await call('PUT', internalPaths.answer(editId), new Blob([sealed.slice()]));
        return sealed;
      },
      report: (report) => call('POST', internalPaths.report(editId), JSON.stringify(report)),
    };
  }

  /** What the pool's private key opens of a header, or opens when it is said to be of something else. */
  secretsOf(header: ParcelHeader, of: Pick<ParcelHeader, 'editId' | 'pool' | 'epoch'> = header): Promise<EditSecrets> {
    return openFrom(this.keys.privateKey, Buffer.from(header.enc, 'base64'), { editId: of.editId, pool: of.pool, epoch: of.epoch });
  }

  async stop(): Promise<void> {
    this.leave();
    await Promise.all(this.consumers.map((consumer) => consumer.close(0)));
  }

  /** Says no more that it is there; after some seconds nobody believes so any longer. */
  leave(): void {
    clearInterval(this.again);
  }

  call(url: string, method: string, path: string, body?: BodyInit): Promise<Response> {
    return fetch(new URL(path, url), { method, headers: { authorization: `Bearer ${poolCredentials[this.pool]}` }, ...(body !== undefined && { body }) });
  }

  private async take(ticket: Ticket): Promise<void> {
    const taken = await this.open(ticket);
    if (!taken) return;
    this.taken.push(taken);
    await this.edit(taken);
  }
}

export function completed(sealed: Uint8Array): Report {
  const answerSha256 = createHash('sha256').update(sealed).digest('hex');
  return { outcome: 'completed', engine: 'exact', isolation: 'process', timings: { open: 1, decode: 1, edit: 1, encode: 1 }, answerSha256, answerBytes: sealed.byteLength, sandboxEnded: true };
}

export const failed = (code: (Report & { outcome: 'failed' })['code']): Report => ({ outcome: 'failed', engine: 'exact', isolation: 'process', timings: {}, code, sandboxEnded: true });

export async function returnAsItCame(taken: Taken): Promise<void> {
  await taken.report(completed(await taken.answer(taken.image)));
}
