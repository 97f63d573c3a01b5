import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '@flux-context/contracts';
import { prepareQueueSchema, queueSchema, TicketQueue } from '@flux-context/queue';
import { testDatabase, type TestDatabase } from '@flux-context/testkit';
import { buildWorker, credential, SpecHolder, WorkerProcess } from './worker.spec-parts.js';

/** A worker on a real queue, with a role that may touch nothing else, and the API's side that it talks to. */
export class WorkerRoom {
  private constructor(
    private readonly database: TestDatabase,
    readonly folder: string,
    readonly holder: SpecHolder,
    /** For more workers of the same pool. */
    readonly env: Readonly<Record<string, string>>,
    readonly queues: Readonly<Record<Engine, TicketQueue>>,
    readonly worker: WorkerProcess,
  ) {}

  /** `within`: a command that becomes the worker. */
  static async open(more: Readonly<Record<string, string>> = {}, within: readonly string[] = []): Promise<WorkerRoom> {
    buildWorker();
    const database = await testDatabase();
    const folder = mkdtempSync(path.join(tmpdir(), 'worker-'));
    const [schema, role] = [queueSchema('shared'), `worker_${process.pid}`];
    await prepareQueueSchema(database.url, { schema, role, password: 'secret' });
    const holder = new SpecHolder();
    await holder.listen();
    const env = {
      POOL: 'shared',
      POOL_CREDENTIAL: credential,
      API_INTERNAL_URLS: holder.address,
      QUEUE_URL: Object.assign(new URL(database.url), { username: role, password: 'secret' }).href,
      KEYS_DIR: path.join(folder, 'keys'),
      WORKER_SLOTS: '2',
      METRICS_PORT: '0',
      ...more,
    };
    const worker = new WorkerProcess(env, within);
    const queueOf = (engine: Engine): TicketQueue => new TicketQueue({ connection: { url: database.url, schema }, pool: 'shared', engine, onError: () => undefined });
    const queues = { exact: queueOf('exact'), diffusion: queueOf('diffusion') };
    await Promise.all([queues.exact.ready(), queues.diffusion.ready()]);
    return new WorkerRoom(database, folder, holder, env, queues, worker);
  }

  async close(): Promise<void> {
    await this.worker.stop();
    await Promise.all([this.queues.exact.close(), this.queues.diffusion.close()]);
    await this.holder.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }
}
