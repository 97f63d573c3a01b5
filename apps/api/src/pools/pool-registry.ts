import { createHash, timingSafeEqual } from 'node:crypto';
import type { AnnouncedModel, Engine, Isolation, WorkerAnnouncement } from '@flux-context/contracts';

/** A pool as the operator configured it. */
export interface PoolDefinition {
  readonly name: string;
  readonly private: boolean;
  readonly engines: readonly Engine[];
  /** SHA-256 of the credential its workers show. */
  readonly credentialHash: Buffer;
}

/** What a pool can do now, summed over its live workers. */
export interface PoolState {
  readonly name: string;
  readonly private: boolean;
  readonly engines: ReadonlySet<Engine>;
  /** Image models that each of its diffusion workers has loaded: the pool's tickets go to whichever is free. */
  readonly models: readonly AnnouncedModel[];
  /** Image models that only some of them have, or under different licences, so that it does not offer them. */
  readonly withheld: readonly AnnouncedModel[];
  readonly slots: number;
  readonly key: { readonly epoch: string; readonly publicKey: Uint8Array };
}

export interface WorkerState {
  readonly workerId: string;
  readonly pool: string;
  readonly isolation: Isolation;
}

interface Live {
  readonly announcement: WorkerAnnouncement;
  readonly until: number;
}

export const workerLeaseMs = 10_000;

/**
 * Pools and their registered workers, in memory: workers announce themselves to every API process and repeat it, so a
 * process knows within seconds of its start what can be done, and forgets a worker that fell silent.
 */
export class PoolRegistry {
  private readonly workers = new Map<string, Live>();

  constructor(
    readonly definitions: readonly PoolDefinition[],
    private readonly now: () => number = Date.now,
  ) {}

  /** The pool whose credential this is, compared in constant time; undefined for a stranger. */
  recognise(credential: string): string | undefined {
    const hash = hashCredential(credential);
    let found: string | undefined;
    for (const pool of this.definitions) if (timingSafeEqual(pool.credentialHash, hash)) found = pool.name;
    return found;
  }

  /** Takes an announcement; tells whether the worker and its key epoch are new here. */
  announce(announcement: WorkerAnnouncement): { newWorker: boolean; newEpoch: boolean } {
    const before = this.state(announcement.pool);
    // By pool as well: a worker of one pool cannot take the place of another's.
    const id = `${announcement.pool}/${announcement.workerId}`;
    const newWorker = !this.workers.has(id) || this.workers.get(id)!.until <= this.now();
    this.workers.set(id, { announcement, until: this.now() + workerLeaseMs });
    return { newWorker, newEpoch: before?.key.epoch !== this.state(announcement.pool)?.key.epoch };
  }

  state(name: string): PoolState | undefined {
    const definition = this.definitions.find((pool) => pool.name === name);
    const live = this.live().filter((worker) => worker.announcement.pool === name);
    if (!definition || live.length === 0) return undefined;
    const announcements = live.map((worker) => worker.announcement);
    const newest = announcements.reduce((a, b) => (b.epoch > a.epoch ? b : a));
    const painters = definition.engines.includes('diffusion') ? announcements.filter((a) => a.engines.includes('diffusion')) : [];
    const models = modelsOfAll(painters);
    return {
      name,
      private: definition.private,
      // There is a queue for the engines of the definition only.
      engines: new Set(announcements.flatMap((a) => a.engines).filter((engine) => definition.engines.includes(engine))),
      models,
      withheld: [...new Map(painters.flatMap((a) => a.models).map((model) => [model.id, model])).values()].filter(({ id }) => !models.some((model) => model.id === id)),
      slots: announcements.reduce((sum, a) => sum + a.slots, 0),
      key: { epoch: newest.epoch, publicKey: Buffer.from(newest.publicKey, 'base64') },
    };
  }

  /** Every pool that has a live worker. */
  states(): PoolState[] {
    return this.definitions.flatMap((pool) => this.state(pool.name) ?? []);
  }

  list(): WorkerState[] {
    return this.live().map(({ announcement: { workerId, pool, isolation } }) => ({ workerId, pool, isolation }));
  }

  private live(): Live[] {
    const now = this.now();
    for (const [id, worker] of this.workers) if (worker.until <= now) this.workers.delete(id);
    return [...this.workers.values()];
  }
}

/** The models that all have, under the same licence, in the order of the first. */
function modelsOfAll([first, ...others]: readonly WorkerAnnouncement[]): AnnouncedModel[] {
  const same = (a: AnnouncedModel, b: AnnouncedModel) => a.id === b.id && a.licence.id === b.licence.id && a.licence.requiresAcceptance === b.licence.requiresAcceptance;
  return (first?.models ?? []).filter((model) => others.every((other) => other.models.some((its) => same(its, model))));
}

export const hashCredential = (credential: string): Buffer => createHash('sha256').update(credential).digest();
