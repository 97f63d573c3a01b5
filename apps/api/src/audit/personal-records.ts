import { type AuditPerson, type Person, personalFields } from '@flux-context/contracts';
import { type SubjectKeys, zero } from '@flux-context/envelope';
import { CodedError } from '@flux-context/runtime';
import { canonicalJson } from '@flux-context/tree';
import { Inject, Injectable } from '@nestjs/common';
import { Transactions, type Tx } from '../database/index.js';
import { AuditRepository } from './audit.repository.js';

/** The keys of the people in the log, by this name. */
export const SUBJECT_KEYS = Symbol('subject keys');

/** What people were called, beside the events about them: sealed under one key for each person, so that it can be erased. */
@Injectable()
export class PersonalRecords {
  constructor(
    private readonly rows: AuditRepository,
    private readonly transactions: Transactions,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
  ) {}

  /** Keeps name and address beside the event. Does nothing for somebody who was erased meanwhile. */
  async keep(tx: Tx, eventId: string, { id, name, email }: Pick<Person, 'id' | 'name' | 'email'>): Promise<void> {
    const plain = Buffer.from(canonicalJson({ name, email }), 'utf8');
    const sealed = await this.keys.sealField(id, eventId, plain);
    zero(plain);
    if (sealed !== undefined) await this.rows.keepPersonal(tx, { eventId, subject: id, sealed: Buffer.from(sealed) });
  }

  /** What stands beside an entry; `audit.not_found` when nothing was kept there. */
  async beside(index: number): Promise<AuditPerson> {
    const row = await this.rows.personalAt(this.transactions.manager, index);
    if (row === undefined) throw new CodedError('audit.not_found');
    const { eventId, subject, sealed } = row;
    const plain = await this.keys.openField(subject, eventId, sealed);
    if (plain === undefined) return { index, subject, personal: null };
    const personal = personalFields.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
    zero(plain);
    return { index, subject, personal };
  }

  /** Makes everything that was kept of this person unreadable for ever. */
  async erase(personId: string): Promise<void> {
    await this.keys.destroy(personId);
  }
}
