import { newId, type Ticket } from '@flux-context/contracts';
import { fileKeySource, type KeySource } from '@flux-context/envelope';
import { consumeTickets, type TicketConsumer } from '@flux-context/queue';
import { ConfigError, type Logger, type MetricsListener, serveMetrics } from '@flux-context/runtime';
import type { Config } from './config.js';
import { Announcer } from './consumer/announcer.js';
import { EditRun } from './consumer/edit-run.js';
import { WorkerMetrics } from './metrics.js';
import { commandFor, type Limits } from './sandbox/isolation.js';
import { type Proven, proveIsolation } from './sandbox/probe-isolation.js';
import { findSight } from './sandbox/sight.js';
import { StandbyPool } from './sandbox/standby-pool.js';

const networkWarning = 'SANDBOXES HAVE A NETWORK HERE. Install bubblewrap or allow user namespaces: a decoder that is taken over could send a picture away.';

/** The programme of this app: proves its isolation, warms processes up, announces itself and takes tickets until it is told to stop. */
export class Worker {
  readonly id = newId('worker');
  private readonly allowed: ReadonlySet<string>;
  private running = 0;

  private constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly proven: Proven,
    private readonly keys: KeySource,
    private readonly standby: StandbyPool,
  ) {
    this.allowed = new Set(config.API_INTERNAL_URLS.map((address) => new URL(address).origin));
  }

  private announcer: Announcer | undefined;
  private consumer: TicketConsumer | undefined;
  private listener: MetricsListener | undefined;
  private metrics: WorkerMetrics | undefined;

  static async start(config: Config, logger: Logger): Promise<Worker> {
    const sight = findSight();
    const limits: Limits = { memoryBytesMax: config.SANDBOX_BYTES_MAX, cpuSecondsMax: config.SANDBOX_CPU_SECONDS_MAX };
    const proven = await proveIsolation(sight, limits, config.SANDBOX_ISOLATION);
    if (!proven.networkDenied) {
      if (config.NODE_ENV === 'production') throw new ConfigError(['NODE_ENV: in production a sandbox must be denied the network, which this host cannot do; install bubblewrap or allow user namespaces']);
      logger.warn(networkWarning, { isolation: proven.isolation });
      process.stderr.write(`${networkWarning}\n`);
    }
    if (!proven.callsFiltered) logger.warn('sandboxes run without a filter of system calls', { isolation: proven.isolation });
    const keys = fileKeySource({ directory: config.KEYS_DIR, epochSeconds: config.KEY_EPOCH_SECONDS, keepSeconds: config.KEY_KEEP_SECONDS });
    const standby = new StandbyPool(() => commandFor(proven.isolation, sight, limits), config.WORKER_SLOTS + config.SANDBOX_SPARES);
    const worker = new Worker(config, logger, proven, keys, standby);
    await worker.open();
    return worker;
  }

  /** Takes no more tickets, finishes what runs within the drain time, and ends every process it started. */
  async stop(): Promise<void> {
    this.announcer?.stop();
    await this.consumer?.close(this.config.DRAIN_SECONDS * 1_000);
    await this.standby.close();
    await this.listener?.close();
  }

  private async open(): Promise<void> {
    const { config, logger } = this;
    this.metrics = new WorkerMetrics(config.POOL, () => this.standby.warm, () => this.running);
    this.listener = await serveMetrics(this.metrics.registry, { host: config.METRICS_HOST, port: config.METRICS_PORT });
    this.consumer = consumeTickets({
      connection: { url: config.QUEUE_URL.reveal(), schema: config.QUEUE_SCHEMA },
      pool: config.POOL,
      engine: 'exact',
      concurrency: config.WORKER_SLOTS,
      take: (ticket, signal) => this.take(ticket, signal),
      onError: (error) => logger.error('the queue reports an error', { error }),
    });
    await this.consumer.ready();
    this.announcer = new Announcer({
      addresses: config.API_INTERNAL_URLS,
      credential: config.POOL_CREDENTIAL,
      keys: this.keys,
      logger,
      self: { workerId: this.id, pool: config.POOL, engines: ['exact'], models: [], slots: config.WORKER_SLOTS, isolation: this.proven.isolation, build: config.BUILD },
    });
    await this.announcer.start();
    logger.info('worker ready', { workerId: this.id, pool: config.POOL, isolation: this.proven.isolation, count: config.WORKER_SLOTS, port: this.listener.port });
  }

  private async take(ticket: Ticket, signal: AbortSignal): Promise<void> {
    if (!this.allowed.has(new URL(ticket.parcelsAt).origin)) {
      this.logger.error('a ticket names a holder that is not one of ours', { editId: ticket.editId });
      // Told to the queue as lost, so that a holder we were not told of hears it now and not at the deadline.
      throw new Error('foreign holder');
    }
    this.running += 1;
    try {
      const run = new EditRun(ticket, {
        pool: this.config.POOL,
        credential: this.config.POOL_CREDENTIAL,
        keys: this.keys,
        isolation: this.proven.isolation,
        build: this.config.BUILD,
        sealedBytesMax: this.config.SEALED_BYTES_MAX,
        takeSandbox: () => this.standby.take(),
      });
      const end = await run.run(signal);
      this.metrics?.count(end);
      this.logger.info('edit over', { editId: ticket.editId, outcome: end.outcome });
    } finally {
      this.running -= 1;
      this.standby.refill();
    }
  }
}
