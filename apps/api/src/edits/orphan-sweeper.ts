import { Injectable } from '@nestjs/common';
import { Transactions } from '../database/index.js';
import { QuotaService } from '../quotas/index.js';
import { EditLedger } from './edit-ledger.js';
import { EditRepository } from './edit.repository.js';
import { HolderRepository } from './holder.repository.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** How long a used Idempotency-Key still gets the verdict, with the redelivery window before it. */
export const verdictSeconds = 24 * 3_600 + 60;
/** How often old keys and empty holders are forgotten. */
const forgetEveryMs = 3_600_000;

/**
 * Step 13: closes what dead holders left, and what living ones lost sight of. Not settled: the unit is released. Settled but not delivered: a goodwill grant,
 * once. Any API process may sweep; rows that another one has locked are skipped.
 */
@Injectable()
export class OrphanSweeper {
  private forgottenMs = 0;

  constructor(
    private readonly transactions: Transactions,
    private readonly edits: EditRepository,
    private readonly ledger: EditLedger,
    private readonly quotas: QuotaService,
    private readonly keys: IdempotencyRepository,
    private readonly holders: HolderRepository,
  ) {}

  async sweep(): Promise<void> {
    while ((await this.closeSome()) > 0);
    if (performance.now() - this.forgottenMs < forgetEveryMs) return;
    this.forgottenMs = performance.now();
    await this.keys.forgetOlderThan(verdictSeconds);
    await this.holders.forgetEmpty();
  }

  private async closeSome(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const orphans = await this.edits.takeOrphans(tx, 100);
      for (const { id, state } of orphans) {
        if (state === 'accepted') {
          await this.ledger.closeIn(tx, id, 'edit.holder_lost');
        } else {
          if (state === 'settled') await this.quotas.goodwill(tx, id);
          await this.ledger.eraseIn(tx, id, 'lost');
        }
      }
      return orphans.length;
    });
  }
}
