import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { priorities, refundableSpentBelow } from './grant-rules.js';
import { type Allowance, GrantRepository } from './grant.repository.js';
import { QuotaRepository } from './quota.repository.js';
import { UpkeepService } from './upkeep.service.js';

export type Refund =
  | { readonly kind: 'refunded'; readonly grantId: string }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'late' | 'used' };

/** What the organisation bought: its monthly allowance and its packs. */
@Injectable()
export class AllowanceService {
  constructor(
    private readonly quotas: QuotaRepository,
    private readonly grants: GrantRepository,
    private readonly upkeep: UpkeepService,
  ) {}

  /**
   * Replaces the terms of the allowance. What the old ones give for the running month stays; when the new ones give more,
   * the difference is added at once.
   */
  async set(tx: Tx, allowance: Allowance): Promise<void> {
    const accountId = await this.quotas.lockOrganisation(tx);
    await this.upkeep.tend(tx, accountId);
    await this.grants.setAllowance(tx, accountId, allowance);
    const month = await this.grants.month(tx, accountId);
    const given = month === undefined ? 0 : await this.grants.givenFor(tx, accountId, month.label);
    if (month !== undefined && given > 0 && given < month.edits) {
      const { label, starts: effectiveAt, ends: expiresAt } = month;
      const uplift = { kind: 'uplift', source: `${label}/${month.edits}`, amount: month.edits - given, priority: priorities.uplift } as const;
      await this.upkeep.give(tx, accountId, { ...uplift, effectiveAt, expiresAt });
    }
    await this.upkeep.tend(tx, accountId);
  }

  /** Adds a pack, which never expires; once per purchase. */
  async addPack(tx: Tx, pack: { readonly purchaseId: string; readonly edits: number }): Promise<string | undefined> {
    const accountId = await this.quotas.lockOrganisation(tx);
    return this.upkeep.give(tx, accountId, { kind: 'pack', source: pack.purchaseId, amount: pack.edits, priority: priorities.pack });
  }

  /**
   * Takes a pack back: within 72 hours, while fewer than ten edits were charged to it. Refunding it again answers the same.
   * Edits that run are not disturbed; units held back for them leave the balance as they settle.
   */
  async refund(tx: Tx, purchaseId: string): Promise<Refund> {
    const accountId = await this.quotas.lockOrganisation(tx);
    const purchase = await this.grants.purchase(tx, accountId, purchaseId);
    if (purchase === undefined) return { kind: 'refused', reason: 'unknown' };
    const { grantId, refunded, late, spent } = purchase;
    if (refunded) return { kind: 'refunded', grantId };
    if (late) return { kind: 'refused', reason: 'late' };
    if (spent >= refundableSpentBelow) return { kind: 'refused', reason: 'used' };
    await this.grants.void(tx, grantId);
    await this.upkeep.tend(tx, accountId);
    return { kind: 'refunded', grantId };
  }
}
