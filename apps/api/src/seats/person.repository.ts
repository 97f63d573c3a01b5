import type { Person } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { PersonRow } from './person.entity.js';

const personOf = ({ createdAt, ...row }: PersonRow): Person => ({ ...row, createdAt: createdAt.toISOString() });

@Injectable()
export class PersonRepository {
  async find(reader: Tx, personId: string): Promise<Person | undefined> {
    const row = await reader.findOneBy(PersonRow, { id: personId });
    return row === null ? undefined : personOf(row);
  }

  /** As `find`; the row stays as it is until the transaction ends. */
  async hold(tx: Tx, personId: string): Promise<Person | undefined> {
    const row = await tx.findOne(PersonRow, { where: { id: personId }, lock: { mode: 'pessimistic_read' } });
    return row === null ? undefined : personOf(row);
  }

  async list(reader: Tx): Promise<Person[]> {
    const rows = await reader.find(PersonRow, { order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map(personOf);
  }

  /** The oldest active owner. */
  async firstOwner(reader: Tx): Promise<Person | undefined> {
    const [row] = await reader.find(PersonRow, { where: { role: 'owner', active: true }, order: { createdAt: 'ASC', id: 'ASC' }, take: 1 });
    return row === undefined ? undefined : personOf(row);
  }

  /** Inserts, or returns false when an active person has the address. */
  async insert(tx: Tx, person: Person): Promise<boolean> {
    const inserted = await tx.query<unknown[]>(
      `insert into people (id, name, email, role, seated, active, created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [person.id, person.name, person.email, person.role, person.seated, person.active, person.createdAt],
    );
    return inserted.length === 1;
  }

  async update(tx: Tx, { id, name, role, seated, active }: Person): Promise<void> {
    await tx.update(PersonRow, { id }, { name, role, seated, active });
  }

  async rename(tx: Tx, { id, name, email }: Person): Promise<void> {
    await tx.update(PersonRow, { id }, { name, email });
  }

  /** Everybody who changes seats, roles or the limit comes through here one by one, so that counting first is safe. */
  async lockSeats(tx: Tx): Promise<{ limit: number; taken: number; owners: number }> {
    const [limit] = await tx.query<{ seats: number }[]>(`select seats from seat_limit for update`);
    return { limit: limit?.seats ?? 0, ...(await this.count(tx)) };
  }

  async seats(reader: Tx): Promise<{ limit: number; taken: number }> {
    const [limit] = await reader.query<{ seats: number }[]>(`select seats from seat_limit`);
    return { limit: limit?.seats ?? 0, taken: (await this.count(reader)).taken };
  }

  private async count(reader: Tx): Promise<{ taken: number; owners: number }> {
    const [counted] = await reader.query<{ taken: number; owners: number }[]>(
      `select count(*) filter (where seated)::int as taken, count(*) filter (where role = 'owner')::int as owners from people where active`,
    );
    return counted ?? { taken: 0, owners: 0 };
  }

  async setLimit(tx: Tx, seats: number): Promise<void> {
    await tx.query(`update seat_limit set seats = $1`, [seats]);
  }
}
