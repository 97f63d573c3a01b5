import type { Logger } from '@flux-context/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transactions } from '../database/index.js';
import { LOGGER } from '../process.js';
import { GrantRepository } from './grant.repository.js';
import { LedgerRepository } from './ledger.repository.js';
import { QuotaService } from './quota.service.js';
import { UpkeepService } from './upkeep.service.js';

const turnMs = 60_000;
const checkEveryTurns = 24 * 60;

/** All accounts together, for the metrics. `violations` is of the last nightly check; undefined before the first. */
export interface LedgerFigures {
  readonly available: number;
  readonly pending: number;
  readonly violations: number | undefined;
}

/**
 * The ledger's clockwork: each minute it grants and lapses what is due, so that balances are right even when nobody edits,
 * and once a day it checks that the entries explain everything. Any number of processes may run it; one does the work.
 */
@Injectable()
export class QuotaKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #turns = 0;
  #violations: number | undefined;
  /** As of the last turn; undefined before the first. */
  latest: LedgerFigures | undefined;

  constructor(
    private readonly grants: GrantRepository,
    private readonly ledger: LedgerRepository,
    private readonly upkeep: UpkeepService,
    private readonly quotas: QuotaService,
    private readonly transactions: Transactions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.turn()).catch((error: unknown) => this.logger.error('the upkeep of the ledger failed', { error }));
    }, turnMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One minute's work. */
  async turn(): Promise<void> {
    await this.quotas.reportRefusals();
    await this.transactions.run(async (tx) => {
      if (!(await this.grants.takeTurn(tx))) return;
      for (const accountId of await this.grants.dueAccounts(tx)) await this.upkeep.tend(tx, accountId);
    });
    if (this.#turns++ % checkEveryTurns === 0) await this.check();
    this.latest = await this.figures();
  }

  /** Whether the ledger explains itself; each contradiction is logged. */
  async check(): Promise<void> {
    const violations = await this.ledger.violations(this.transactions.manager);
    this.#violations = violations.length;
    for (const { rule, subject } of violations.slice(0, 20)) this.logger.error('the ledger contradicts itself', { internal: `${rule}: ${subject}` });
  }

  async figures(): Promise<LedgerFigures> {
    return { ...(await this.ledger.totals(this.transactions.manager)), violations: this.#violations };
  }
}
