import type { Balance } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Transactions, type Tx } from '../database/index.js';
import { priorities } from './grant-rules.js';
import { type AccountSummary, type EntryPage, LedgerRepository, type StaleReservation } from './ledger.repository.js';
import { QuotaRepository } from './quota.repository.js';
import { UpkeepService } from './upkeep.service.js';

/**
 * One edit, one unit: reserved when it is accepted, charged when its result is whole, given back otherwise. All methods
 * with a `tx` become true with the caller's transaction or not at all.
 */
@Injectable()
export class QuotaService {
  #refusals = 0;

  constructor(
    private readonly quotas: QuotaRepository,
    private readonly ledger: LedgerRepository,
    private readonly upkeep: UpkeepService,
    private readonly audit: AuditService,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Sets one unit aside. Call it last in the transaction: it locks the account, which may be everybody's. Only a refusal
   * looks closer, whether the account has to be opened or renewed first. Throws `quota.exhausted`.
   */
  async reserve(tx: Tx, { editId, personId }: { readonly editId: string; readonly personId: string }): Promise<void> {
    if (await this.quotas.reserve(tx, editId, personId)) return;
    if ((await this.upkeep.prepare(tx, personId)) && (await this.quotas.reserve(tx, editId, personId))) return;
    this.#refusals += 1;
    throw new CodedError('quota.exhausted');
  }

  /**
   * Charges the reserved unit to the grant that burns first. False when the edit was settled before; then nothing changes.
   * When all that was left has expired while the edit ran, the unit is booked to goodwill: whoever was let in is served.
   */
  async commit(tx: Tx, editId: string): Promise<boolean> {
    const account = await this.quotas.lockAccountOf(tx, editId);
    if (account.due) await this.upkeep.tend(tx, account.id);
    let charge = await this.quotas.charge(tx, account.id, editId);
    if (charge === 'nothing to draw from') {
      await this.#makeGood(tx, account.id, editId, 'expired');
      charge = await this.quotas.charge(tx, account.id, editId);
    }
    return charge === 'charged';
  }

  /** Gives the reserved unit back. False when the edit was settled before; then nothing changes. */
  async release(tx: Tx, editId: string): Promise<boolean> {
    const account = await this.quotas.lockAccountOf(tx, editId);
    const released = await this.quotas.release(tx, account.id, editId);
    if (account.due) await this.upkeep.tend(tx, account.id);
    return released;
  }

  /** Gives back, once, the unit of an edit that was charged and could not be delivered. Undefined when it was not charged, or given back before. */
  async goodwill(tx: Tx, editId: string): Promise<string | undefined> {
    const account = await this.quotas.lockAccountOf(tx, editId);
    if (!(await this.quotas.wasCharged(tx, editId))) return undefined;
    const grantId = await this.#makeGood(tx, account.id, editId, 'undelivered');
    if (grantId !== undefined) await this.audit.append(tx, 'goodwill.granted', { editId, grantId }, { kind: 'system' });
    return grantId;
  }

  /** What a person can spend now. The first look opens the account. Throws `person.not_found`. */
  async balanceOf(personId: string): Promise<Balance> {
    return this.transactions.run(async (tx) => {
      await this.upkeep.prepare(tx, personId);
      const balance = await this.ledger.balanceOf(tx, personId);
      if (balance === undefined) throw new CodedError('person.not_found');
      return balance;
    });
  }

  /**
   * Reservations that were neither charged nor given back for so long. Their edits should have settled them: a net below
   * the sweeper's own, for hourly use, as it reads through the entries.
   */
  async reservationsOlderThan(seconds: number): Promise<StaleReservation[]> {
    return this.ledger.reservationsOlderThan(this.transactions.manager, seconds);
  }

  /** Every account with its balance, for those who read everything. */
  accounts(): Promise<AccountSummary[]> {
    return this.ledger.accounts(this.transactions.manager);
  }

  entries(accountId: string, page: { readonly after?: string | undefined; readonly limit: number }): Promise<EntryPage> {
    return this.ledger.entries(this.transactions.manager, accountId, page);
  }

  /** Tells the audit log how many reservations were refused since the last report: a sum, so that refusals cannot fill the log. */
  async reportRefusals(): Promise<void> {
    const count = this.#refusals;
    if (count === 0) return;
    await this.transactions.run((tx) => this.audit.append(tx, 'quota.refused', { count }, { kind: 'system' }));
    this.#refusals -= count;
  }

  #makeGood(tx: Tx, accountId: string, editId: string, reason: 'expired' | 'undelivered'): Promise<string | undefined> {
    return this.upkeep.give(tx, accountId, { kind: 'goodwill', source: `${reason}/${editId}`, amount: 1, priority: priorities.goodwill, editId });
  }
}
