import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, type Ticket } from '@flux-context/contracts';
import { testDatabase } from '@flux-context/testkit';
import { type ConsumerOptions, consumeTickets, prepareQueueSchema, type QueueConnection, queueSchema, type TicketConsumer } from './index.js';

export const repository = path.resolve(import.meta.dirname, '../../..');
const schema = queueSchema('shared');

/** A queue server for one spec: the API connects as `admin`, workers as `worker`. */
export interface QueueServer {
  readonly worker: QueueConnection;
  readonly admin: QueueConnection;
  stop(): Promise<void>;
}

const hasRedis = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasRedis) process.stderr.write('SKIPPED: the queue on Redis is not tested, because redis-server is not installed (apt-get install redis-server).\n');

export const postgres = { backend: 'PostgreSQL', start: startPostgres, present: true };
export const backends = [
  postgres,
  { backend: 'Redis', start: startRedis, present: hasRedis },
];

async function startPostgres(): Promise<QueueServer> {
  const database = await testDatabase();
  // Roles belong to the server, which all specs share.
  const role = `worker_${randomBytes(6).toString('hex')}`;
  await prepareQueueSchema(database.url, { schema, role, password: 'worker-secret' });
  const workerUrl = Object.assign(new URL(database.url), { username: role, password: 'worker-secret' });
  return { admin: { url: database.url, schema }, worker: { url: workerUrl.href, schema }, stop: () => database.drop() };
}

async function startRedis(): Promise<QueueServer> {
  const port = await freePort();
  const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore', cwd: tmpdir() });
  const connection = { url: `redis://127.0.0.1:${port}`, schema };
  return { admin: connection, worker: connection, stop: () => ended(redis, 'SIGTERM') };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export const ticketFor = (editId = newId('edit')): Ticket => ({
  version: 1,
  editId,
  pool: 'shared',
  engine: 'exact',
  parcelsAt: 'http://127.0.0.1:1/',
  deadline: new Date(Date.now() + 60_000).toISOString(),
});

export const complain = (error: unknown): void => void process.stderr.write(`queue: ${String(error)}\n`);

/** Workers of one spec, in this process and in processes of their own; all gone after each test. */
export class SpecWorkers {
  private readonly consumers: TicketConsumer[] = [];
  private readonly children: ChildProcess[] = [];

  constructor(private readonly connection: () => QueueConnection) {}

  async consume(take: ConsumerOptions['take'], onError = complain): Promise<TicketConsumer> {
    const consumer = consumeTickets({ connection: this.connection(), pool: 'shared', engine: 'exact', concurrency: 1, take, onError });
    this.consumers.push(consumer);
    await consumer.ready();
    return consumer;
  }

  /** A worker in a process of its own, which takes one ticket, says so, and never finishes it. Runs on the built package. */
  async startDoomed(): Promise<{ takes(editId: string): Promise<void>; kill(): void }> {
    const script = `import { consumeTickets } from '@flux-context/queue';
      const consumer = consumeTickets({ connection: JSON.parse(process.argv[1]), pool: 'shared', engine: 'exact', concurrency: 1, onError: () => undefined,
        take: (ticket) => { console.log(ticket.editId); return new Promise(() => undefined); } });
      await consumer.ready(); console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(this.connection())], {
      cwd: path.join(repository, 'apps/gpu-worker'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const says = (word: string) => until(() => said.includes(word), 10_000);
    await says('ready');
    return { takes: says, kill: () => void child.kill('SIGKILL') };
  }

  async stop(): Promise<void> {
    for (const child of this.children.splice(0)) child.kill('SIGKILL');
    await Promise.all(this.consumers.splice(0).map((consumer) => consumer.close(200)));
  }
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not so after ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(2);
  }
}
