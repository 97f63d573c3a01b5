import { trialEdits } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import type { Tx } from '../database/index.js';
import { priorities } from './grant-rules.js';
import { type GrantDraft, GrantRepository } from './grant.repository.js';
import { QuotaRepository } from './quota.repository.js';

/** Brings accounts to the present: opens them, grants the month that has begun, lets lapse what is over. Whatever is repeated changes nothing. */
@Injectable()
export class UpkeepService {
  constructor(
    private readonly quotas: QuotaRepository,
    private readonly grants: GrantRepository,
    private readonly audit: AuditService,
  ) {}

  /** Opens or tends the account that a person spends from; false when it has nothing to give. */
  async prepare(tx: Tx, personId: string): Promise<boolean> {
    const standing = await this.quotas.standingOf(tx, personId);
    if (standing === undefined) return false;
    if (standing.accountId === null) await this.#openTrial(tx, personId);
    else if (standing.due) await this.tend(tx, standing.accountId);
    else return standing.available > 0;
    return true;
  }

  /** Locks the account. The new month is granted before the old one lapses, so that edits which run across the turn find units. */
  async tend(tx: Tx, accountId: string): Promise<void> {
    await this.quotas.lock(tx, accountId);
    const month = await this.grants.month(tx, accountId);
    if (month !== undefined) {
      const { label: source, edits: amount, starts: effectiveAt, ends: expiresAt } = month;
      await this.give(tx, accountId, { kind: 'monthly', source, amount, priority: priorities.monthly, effectiveAt, expiresAt });
    }
    await this.lapse(tx, accountId);
    await this.grants.schedule(tx, accountId);
  }

  /** The account must be locked. Returns the grant's id; undefined when it was given before. */
  async give(tx: Tx, accountId: string, draft: GrantDraft): Promise<string | undefined> {
    const grantId = await this.grants.grant(tx, accountId, draft);
    if (grantId !== undefined) await this.audit.append(tx, 'quota.granted', { grantId, kind: draft.kind, amount: draft.amount }, { kind: 'system' });
    return grantId;
  }

  /** The account must be locked. */
  async lapse(tx: Tx, accountId: string): Promise<void> {
    for (const { grantId, kind, amount } of await this.grants.lapse(tx, accountId)) {
      await this.audit.append(tx, kind === 'expire' ? 'quota.expired' : 'quota.refunded', { grantId, amount }, { kind: 'system' });
    }
  }

  async #openTrial(tx: Tx, personId: string): Promise<void> {
    const accountId = await this.quotas.open(tx, personId);
    await this.give(tx, accountId, { kind: 'trial', source: 'first', amount: trialEdits, priority: priorities.trial });
  }
}
