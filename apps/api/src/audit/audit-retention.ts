import type { Logger } from '@flux-context/runtime';
import { tileWidth } from '@flux-context/tree';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config.js';
import type { Tx } from '../database/index.js';
import { CONFIG, LOGGER } from '../process.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { SEQUENCER_TRANSACTIONS, type SequencerTransactions } from './sequencer.js';

const everyMs = 3_600_000;
/** Entries that go in one transaction. */
const batch = 40 * tileWidth;

/**
 * Lets go of entries that are older than the operator keeps them: whole bundles, from the beginning. Their hashes stay, so that
 * everything after them is proved as before. Does nothing unless a retention is set.
 */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #pruning: Promise<void> | undefined;

  constructor(
    private readonly log: AuditLogRepository,
    @Inject(SEQUENCER_TRANSACTIONS) private readonly transactions: SequencerTransactions,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const days = this.config.AUDIT_RETENTION_DAYS;
    if (days === undefined) return;
    const prune = (): void => {
      this.#pruning ??= this.prune(days)
        .catch((error: unknown) => this.logger.error('the audit log could not be shortened', { error }))
        .finally(() => {
          this.#pruning = undefined;
        });
    };
    this.#timer = setInterval(prune, everyMs).unref();
    prune();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pruning;
  }

  /** Raises the minimum as far as `days` and the newest checkpoint allow, and lets go of what lies before it. */
  async prune(days: number): Promise<void> {
    while (await this.transactions.run((tx) => this.round(tx, days)));
  }

  private async round(tx: Tx, days: number): Promise<boolean> {
    if (!(await this.log.takeTurn(tx))) return false;
    const signed = (await this.log.newestCheckpoint(tx))?.size ?? 0;
    // Never all of it: the last entry says how long the log is.
    const end = Math.min(signed - 1, await this.log.youngerThan(tx, days));
    const before = await this.log.minimum(tx);
    const minimum = Math.min(before + batch, Math.floor(end / tileWidth) * tileWidth);
    if (minimum <= before) return false;
    await this.log.raiseMinimum(tx, minimum);
    return true;
  }
}
