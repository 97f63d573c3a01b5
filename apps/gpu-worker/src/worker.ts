import { type Engine as EngineName, newId, type Ticket, type WorkerAnnouncement } from '@flux-context/contracts';
import { fileKeySource, type KeySource } from '@flux-context/envelope';
import { consumeTickets, type TicketConsumer } from '@flux-context/queue';
import { ConfigError, type Logger, type MetricsListener, serveMetrics } from '@flux-context/runtime';
import type { Config } from './config.js';
import { Announcer } from './consumer/announcer.js';
import { EditRun } from './consumer/edit-run.js';
import type { Engine } from './engine-process/engine.js';
import { startEngine } from './engine-process/start-engine.js';
import { WorkerMetrics } from './metrics.js';
import { commandFor, type Limits } from './sandbox/isolation.js';
import { type Proven, proveIsolation } from './sandbox/probe-isolation.js';
import { findSight } from './sandbox/sight.js';
import { StandbyPool } from './sandbox/standby-pool.js';

const networkWarning = 'SANDBOXES HAVE A NETWORK HERE. Install bubblewrap, allow user namespaces, or build where there is a C compiler: a decoder that is taken over could send a picture away.';

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
    private readonly engine: Engine | undefined,
  ) {
    this.allowed = new Set(config.API_INTERNAL_URLS.map((address) => new URL(address).origin));
  }

  private announcer: Announcer | undefined;
  private readonly consumers: TicketConsumer[] = [];
  private listener: MetricsListener | undefined;
  private metrics: WorkerMetrics | undefined;

  static async start(config: Config, logger: Logger): Promise<Worker> {
    const sight = findSight();
    const limits: Limits = { memoryBytesMax: config.SANDBOX_BYTES_MAX, cpuSecondsMax: config.SANDBOX_CPU_SECONDS_MAX };
    const proven = await proveIsolation(sight, limits, config.SANDBOX_ISOLATION);
    if (!proven.networkDenied) {
      if (config.NODE_ENV === 'production') throw new ConfigError(['NODE_ENV: in production a sandbox must be denied the network, which this host cannot do; install bubblewrap, allow user namespaces, or build where there is a C compiler']);
      logger.warn(networkWarning, { isolation: proven.isolation });
      process.stderr.write(`${networkWarning}\n`);
    }
    if (!proven.callsFiltered) logger.warn('sandboxes run without a filter of system calls', { isolation: proven.isolation });
    const keys = fileKeySource({ directory: config.KEYS_DIR, epochSeconds: config.KEY_EPOCH_SECONDS, keepSeconds: config.KEY_KEEP_SECONDS });
    const engine = startEngine(config, proven, sight, logger);
    const size = (): number => config.WORKER_SLOTS + (engine && engine.models.length > 0 ? config.ENGINE_SLOTS : 0) + config.SANDBOX_SPARES;
    const standby = new StandbyPool(() => commandFor(proven.isolation, sight, limits), size);
    const worker = new Worker(config, logger, proven, keys, standby, engine);
    await worker.open();
    return worker;
  }

  /** Takes no more tickets, finishes what runs within the drain time, and ends every process it started. */
  async stop(): Promise<void> {
    this.announcer?.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.close(this.config.DRAIN_SECONDS * 1_000)));
    await this.engine?.stop();
    await this.standby.close();
    await this.listener?.close();
  }

  private async open(): Promise<void> {
    const { config, logger } = this;
    this.metrics = new WorkerMetrics(config.POOL, { warm: () => this.standby.warm, running: () => this.running, engine: this.engine });
    this.listener = await serveMetrics(this.metrics.registry, { host: config.METRICS_HOST, port: config.METRICS_PORT });
    await this.consume('exact', config.WORKER_SLOTS);
    this.announcer = new Announcer({
      addresses: config.API_INTERNAL_URLS,
      credential: config.POOL_CREDENTIAL,
      keys: this.keys,
      logger,
      self: () => this.self(),
    });
    await this.announcer.start();
    if (this.engine) this.takeModelEdits(this.engine).catch((error: unknown) => logger.error('model edits cannot be taken', { error }));
    logger.info('worker ready', { workerId: this.id, pool: config.POOL, isolation: this.proven.isolation, count: config.WORKER_SLOTS, port: this.listener.port });
  }

  /** Exact edits do not wait for the models to be loaded, nor does a worker for the first model to be imported. */
  private async takeModelEdits(engine: Engine): Promise<void> {
    if (!(await engine.started())) return;
    this.standby.refill();
    await this.consume('diffusion', this.config.ENGINE_SLOTS);
  }

  private async consume(engine: EngineName, concurrency: number): Promise<void> {
    const { config, logger } = this;
    const consumer = consumeTickets({
      connection: { url: config.QUEUE_URL.reveal(), schema: config.QUEUE_SCHEMA },
      pool: config.POOL,
      engine,
      concurrency,
      take: (ticket, signal) => this.take(ticket, signal),
      onError: (error) => logger.error('the queue reports an error', { error }),
    });
    this.consumers.push(consumer);
    await consumer.ready();
  }

  private self(): Omit<WorkerAnnouncement, 'epoch' | 'publicKey'> {
    const { config } = this;
    const models = (this.engine?.models ?? []).map(({ id, family, licence, limits }) => ({ id, family, licence, limits }));
    const engines: EngineName[] = models.length > 0 ? ['exact', 'diffusion'] : ['exact'];
    return { workerId: this.id, pool: config.POOL, engines, models, slots: config.WORKER_SLOTS, isolation: this.proven.isolation, build: config.BUILD };
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
        engine: this.engine,
        takeSandbox: () => this.standby.take(),
      });
      const end = await run.run(signal);
      this.metrics?.count(end, ticket.engine);
      this.logger.info('edit over', { editId: ticket.editId, outcome: end.outcome });
    } finally {
      this.running -= 1;
      this.standby.refill();
    }
  }
}
