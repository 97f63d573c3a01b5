import { newId } from '@flux-context/contracts';
import type { Tx } from '../database/index.js';
import { AllowanceService, QuotaKeeper, QuotaService, QuotasModule } from '../quotas/index.js';
import { LedgerRepository } from '../quotas/ledger.repository.js';
import { UpkeepService } from '../quotas/upkeep.service.js';
import { roomOf } from './room.js';

/** For specs: the ledger on a database of its own. */
export async function ledgerRoom(options: { readonly poolMax?: number } = {}) {
  const room = await roomOf([QuotasModule], options);
  return {
    ...room,
    quotas: room.app.get(QuotaService),
    allowances: room.app.get(AllowanceService),
    upkeep: room.app.get(UpkeepService),
    keeper: room.app.get(QuotaKeeper),
    ledger: room.app.get(LedgerRepository),
  };
}
export type LedgerRoom = Awaited<ReturnType<typeof ledgerRoom>>;

export async function addPerson(tx: Tx, seated: boolean): Promise<string> {
  const personId = newId('person');
  await tx.query(`insert into people (id, name, email, role, seated) values ($1, 'Somebody', $1 || '@example.test', 'member', $2)`, [personId, seated]);
  return personId;
}

/** Replaces the ledger's clock in this database by one that the spec moves. */
export async function takeClock(tx: Tx, at: string): Promise<void> {
  await tx.query(`create table test_clock as select $1::timestamptz as at`, [at]);
  await tx.query(`create or replace function quota_now() returns timestamptz language sql volatile as 'select at from test_clock'`);
}

export const setClock = (tx: Tx, at: string): Promise<unknown> => tx.query(`update test_clock set at = $1`, [at]);

/** The organisation gets a pack of so many edits. */
export const addPack = (room: LedgerRoom, edits: number, purchaseId = newId('event')): Promise<string | undefined> =>
  room.transactions.run((tx) => room.allowances.addPack(tx, { purchaseId, edits }));
