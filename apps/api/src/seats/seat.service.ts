import { type Actor, newId, type Person, type Role } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditService, PersonalRecords } from '../audit/index.js';
import type { Config } from '../config.js';
import { Transactions, type Tx } from '../database/index.js';
import { CONFIG } from '../process.js';
import { PersonRepository } from './person.repository.js';

/** Who changes somebody: decides about owners, and is named in the audit log. */
export interface Administrator {
  readonly personId: string;
  readonly role: Role;
}

export interface Draft {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly seated: boolean;
}

export type Change = { readonly [K in 'name' | 'role' | 'seated']?: Draft[K] | undefined };

/** What is left of name and address: no name that anybody has, and no address. */
const erased = { name: 'Erased', email: '' };

const actorOf = ({ personId }: Administrator): Actor => ({ kind: 'person', personId });

@Injectable()
export class SeatService implements OnApplicationBootstrap {
  readonly #listeners: ((personId: string) => void)[] = [];
  readonly #erasers: ((tx: Tx, personId: string) => Promise<void>)[] = [];
  readonly #enders: ((tx: Tx, personId: string) => Promise<void>)[] = [];

  constructor(
    private readonly transactions: Transactions,
    private readonly people: PersonRepository,
    private readonly audit: AuditService,
    private readonly personal: PersonalRecords,
    @Inject(CONFIG) private readonly config: Pick<Config, 'OWNER_NAME' | 'OWNER_EMAIL'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.firstOwner();
  }

  /** The oldest active owner; made when there is nobody yet. */
  async firstOwner(): Promise<Person> {
    return this.transactions.run(async (tx) => {
      await this.people.lockSeats(tx);
      const found = await this.people.firstOwner(tx);
      if (found !== undefined) return found;
      return this.add(tx, { name: this.config.OWNER_NAME, email: this.config.OWNER_EMAIL, role: 'owner', seated: true }, { kind: 'system' });
    });
  }

  /** Anybody there ever was; who left is not active. Inside a transaction give it as the reader. */
  async find(personId: string, reader: Tx = this.transactions.manager): Promise<Person | undefined> {
    return this.people.find(reader, personId);
  }

  async list(): Promise<{ people: Person[]; seats: { taken: number; limit: number } }> {
    const reader = this.transactions.manager;
    return { people: await this.people.list(reader), seats: await this.people.seats(reader) };
  }

  async create(by: Administrator, draft: Draft): Promise<Person> {
    refuseTouchingOwner(by, draft.role);
    return this.transactions.run(async (tx) => {
      const { limit, taken } = await this.people.lockSeats(tx);
      if (draft.seated && taken >= limit) throw new CodedError('seat.exhausted');
      return this.add(tx, draft, actorOf(by));
    });
  }

  async change(by: Administrator, personId: string, change: Change): Promise<Person> {
    return this.transactions.run(async (tx) => {
      const { limit, taken, owners } = await this.people.lockSeats(tx);
      const before = await this.existing(tx, personId);
      const { name = before.name, role = before.role, seated = before.seated } = change;
      refuseTouchingOwner(by, before.role, role);
      if (before.role === 'owner' && role !== 'owner' && owners === 1) throw new CodedError('person.last_owner');
      if (seated && !before.seated && taken >= limit) throw new CodedError('seat.exhausted');
      const after = { ...before, name, role, seated };
      await this.people.update(tx, after);
      if (role === 'owner' && before.role !== 'owner') for (const ender of this.#enders) await ender(tx, personId);
      const said = { subject: personId, ...(role === before.role ? {} : { role }), ...(seated === before.seated ? {} : { seated }) };
      await this.audit.append(tx, 'person.changed', said, actorOf(by), after);
      return after;
    });
  }

  /** Marks the person as gone and frees the seat, in the caller's transaction; who listens is told after its commit. */
  async deactivate(tx: Tx, by: Administrator, personId: string): Promise<Person> {
    const { owners } = await this.people.lockSeats(tx);
    const before = await this.existing(tx, personId);
    refuseTouchingOwner(by, before.role);
    if (before.role === 'owner' && owners === 1) throw new CodedError('person.last_owner');
    const after = { ...before, active: false, seated: false };
    await this.people.update(tx, after);
    await this.audit.append(tx, 'person.deactivated', { subject: personId }, actorOf(by));
    this.transactions.afterCommit(tx, () => {
      for (const listener of this.#listeners) listener(personId);
    });
    return after;
  }

  /**
   * Replaces name and address of somebody who was deactivated, and makes what stands beside the log unreadable. May be repeated:
   * a backup that was restored brings them back.
   */
  async erase(by: Administrator, personId: string): Promise<Person> {
    return this.transactions.run(async (tx) => {
      await this.people.lockSeats(tx);
      const before = await this.people.find(tx, personId);
      if (before === undefined) throw new CodedError('person.not_found');
      refuseTouchingOwner(by, before.role);
      if (before.active) throw new CodedError('person.active');
      const after = { ...before, ...erased };
      await this.people.rename(tx, after);
      for (const eraser of this.#erasers) await eraser(tx, personId);
      await this.audit.append(tx, 'person.erased', { subject: personId }, actorOf(by));
      // Last, and before the commit: the log must not tell an erasure that did not happen. If the commit fails it is asked for again.
      await this.personal.erase(personId);
      return after;
    });
  }

  /** `eraser` removes what else holds words of a person who is erased, in the same transaction. */
  onErased(eraser: (tx: Tx, personId: string) => Promise<void>): void {
    this.#erasers.push(eraser);
  }

  /**
   * `ender` ends what lets anybody in as somebody who becomes an owner, in the same transaction: an administrator may have got
   * it in his name, and nobody but an owner lets an owner in.
   */
  onOwner(ender: (tx: Tx, personId: string) => Promise<void>): void {
    this.#enders.push(ender);
  }

  /** `listener` hears of each person deactivated by this process, right after the commit. It must not throw. */
  onDeactivated(listener: (personId: string) => void): void {
    this.#listeners.push(listener);
  }

  /** How many seats there are, as the entitlement says. Nobody loses a seat when there are fewer: no more can be taken. */
  async setLimit(tx: Tx, seats: number): Promise<void> {
    await this.people.lockSeats(tx);
    await this.people.setLimit(tx, seats);
  }

  /** The active person, if `by` may act in his name or on him. Role and activity stay until the transaction ends. */
  async reachable(tx: Tx, by: Administrator, personId: string): Promise<Person> {
    const person = await this.present(tx, personId);
    if (person === undefined) throw new CodedError('person.not_found');
    refuseTouchingOwner(by, person.role);
    return person;
  }

  /** The person, if active: for whatever lets somebody in, so that it is not there too late to be ended. Role and activity stay until the transaction ends. */
  async present(tx: Tx, personId: string): Promise<Person | undefined> {
    const person = await this.people.hold(tx, personId);
    return person?.active === true ? person : undefined;
  }

  private async existing(tx: Tx, personId: string): Promise<Person> {
    const person = await this.people.find(tx, personId);
    if (person === undefined || !person.active) throw new CodedError('person.not_found');
    return person;
  }

  private async add(tx: Tx, draft: Draft, actor: Actor): Promise<Person> {
    const person: Person = { ...draft, id: newId('person'), active: true, createdAt: new Date().toISOString() };
    if (!(await this.people.insert(tx, person))) throw new CodedError('person.exists');
    await this.audit.append(tx, 'person.created', { subject: person.id, role: person.role }, actor, person);
    return person;
  }
}

/** Only an owner makes, changes, signs in or removes an owner. */
function refuseTouchingOwner(by: Administrator, ...roles: Role[]): void {
  if (roles.includes('owner') && by.role !== 'owner') throw new CodedError('principal.forbidden');
}
