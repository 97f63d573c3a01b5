import type { Logger } from '@flux-context/runtime';
import { GrowingTree, type Tile } from '@flux-context/tree';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Tx, Transactions } from '../database/index.js';
import { LOGGER } from '../process.js';
import { AuditLogRepository, type LogStanding } from './audit-log.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { hashing } from './note-signer.js';

export const SEQUENCER_TRANSACTIONS = Symbol('the sequencer’s transactions');
/** `close`: when the connection is the sequencer's own. */
export type SequencerTransactions = Transactions & { close?(): Promise<void> };

const turnMs = 500;
const batchMax = 1_000;
/** The least time between two checkpoints. */
const checkpointSeconds = 5;

/**
 * Gives each event its place in the log, in the order in which events became visible. Any number of processes may run it: one at
 * a time does the work, in transactions of which each leaves the log whole. Nobody waits for it; what it lags is a figure.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #turning: Promise<void> | undefined;
  /** As of the last turn; undefined before the first and after one that failed. */
  latest: LogStanding | undefined;

  constructor(
    private readonly log: AuditLogRepository,
    private readonly signer: CheckpointSigner,
    @Inject(SEQUENCER_TRANSACTIONS) private readonly transactions: SequencerTransactions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#turning ??= this.turn()
        .catch((error: unknown) => {
          this.latest = undefined;
          this.logger.error('the audit log could not be continued', { error });
        })
        .finally(() => {
          this.#turning = undefined;
        });
    }, turnMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turning;
    await this.transactions.close?.();
  }

  /** Places everything that waits, and signs when that is due. */
  async turn(): Promise<void> {
    for (;;) {
      this.latest = await this.log.standing(this.transactions.manager);
      if (this.latest.lagSeconds === undefined && !isDue(this.latest)) return;
      const placed = await this.transactions.run((tx) => this.round(tx));
      if (placed < batchMax) return;
    }
  }

  private async round(tx: Tx): Promise<number> {
    if (!(await this.log.takeTurn(tx))) return 0;
    const standing = await this.log.standing(tx);
    const events = await this.log.pending(tx, batchMax);
    const tree = await this.resume(tx, standing.size);
    if (events.length > 0) {
      const tiles = tree.append(events.map(({ body }) => hashing.leaf(body)));
      await this.log.place(tx, standing.size, events.map(({ id }) => id));
      await this.log.keepTiles(tx, tiles);
    }
    if (isDue({ ...standing, size: tree.size })) await this.log.keepCheckpoint(tx, tree.size, this.signer.sign({ size: tree.size, root: tree.root() }));
    return events.length;
  }

  private async resume(tx: Tx, size: number): Promise<GrowingTree> {
    const tiles: Tile[] = [];
    for (const at of GrowingTree.edgeOf(size)) {
      const hashes = await this.log.tile(tx, at);
      if (hashes !== undefined) tiles.push({ ...at, hashes });
    }
    return GrowingTree.resume(hashing, size, tiles);
  }
}

const isDue = ({ size, signedSize, signedSecondsAgo = Infinity }: LogStanding): boolean => size !== signedSize && signedSecondsAgo >= checkpointSeconds;
