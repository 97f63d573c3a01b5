import { type Actor, type Entitlement, entitlement, type EntitlementDocument } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Transactions, type Tx } from '../database/index.js';
import { AllowanceService } from '../quotas/index.js';
import { SeatService } from '../seats/index.js';
import { openDocument } from './entitlement-document.js';
import { EntitlementRepository } from './entitlement.repository.js';
import { VENDOR_KEYS } from './vendor-keys.js';
import type { VendorKeys } from './vendor-keys.js';

/** Signed documents of the vendor become seats, an allowance and packs: each document once, all of it or nothing. */
@Injectable()
export class EntitlementService {
  constructor(
    @Inject(VENDOR_KEYS) private readonly vendorKeys: VendorKeys,
    private readonly entitlements: EntitlementRepository,
    private readonly seats: SeatService,
    private readonly allowances: AllowanceService,
    private readonly audit: AuditService,
    private readonly transactions: Transactions,
  ) {}

  /** The entitlement imported last is in force. Throws `entitlement.invalid` and `entitlement.imported`. */
  async import(document: EntitlementDocument, actor: Actor): Promise<Entitlement> {
    const opened = openDocument(document, this.vendorKeys);
    if (opened.kind === 'refused') throw new CodedError('entitlement.invalid', { internal: `refused for its ${opened.reason}` });
    await this.transactions.run((tx) => this.#apply(tx, document, opened.entitlement, actor));
    return opened.entitlement;
  }

  /** Newest first. */
  async list(): Promise<Entitlement[]> {
    const documents = await this.entitlements.documents(this.transactions.manager);
    return documents.map(({ payload }) => entitlement.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))));
  }

  /** Asks whether it is new before whether it is valid, so that a file which stays configured is harmless after its last day. */
  async #apply(tx: Tx, document: EntitlementDocument, granted: Entitlement, actor: Actor): Promise<void> {
    if (!(await this.entitlements.insert(tx, granted.id, document))) throw new CodedError('entitlement.imported');
    const usable = await this.entitlements.isUsable(tx, granted);
    if (!usable.dates || !usable.timeZone) throw new CodedError('entitlement.invalid', { internal: usable.dates ? 'unknown time zone' : 'not valid today' });
    const { id, seats, monthlyEdits, packs, timeZone } = granted;
    await this.seats.setLimit(tx, seats);
    await this.allowances.set(tx, { edits: monthlyEdits, timeZone, startsAt: new Date(granted.notBefore), endsAt: new Date(granted.notAfter) });
    for (const pack of packs) await this.allowances.addPack(tx, pack);
    await this.audit.append(tx, 'entitlement.imported', { entitlementId: id, seats, monthlyEdits }, actor);
  }
}
