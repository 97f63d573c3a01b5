import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, trialEdits } from '@flux-context/contracts';
import * as fc from 'fast-check';
import type { Tx } from '../database/index.js';
import { addPerson, type LedgerRoom, ledgerRoom, setClock, takeClock } from '../testing/ledger.js';

/*
 * The ledger against a model that fits on a page. The model keeps grants as plain numbers and brings an account to the
 * present before each use; the ledger must answer the same, whenever its own upkeep happens to run.
 */

const second = 1_000;
const day = 86_400 * second;
const start = Date.UTC(2026, 0, 31);
const contractEnd = Date.UTC(2026, 10, 11);
const monthStart = (n: number) => Math.min(Date.UTC(2026, n, 31), Date.UTC(2026, n + 1, 0));

interface Grant { key: string; amount: number; left: number; spent: number; priority: number; from: number; until: number; void?: true }
interface Account { grants: Grant[]; pending: number; used: number }
interface Edit { id: string; account: Account; state: 'reserved' | 'charged' | 'released' }

class Model {
  now = start;
  allowance = 0;
  readonly organisation: Account = { grants: [], pending: 0, used: 0 };
  readonly guests: (Account | undefined)[] = [undefined, undefined];
  readonly edits: Edit[] = [];

  available = (account: Account) => account.grants.reduce((sum, grant) => sum + grant.left, 0) - account.pending;
  live = (grant: Grant) => grant.left > 0 && !grant.void && grant.until > this.now;
  accountOf = (person: number) => (person < 2 ? this.organisation : (this.guests[person - 2] ??= { grants: [grantOf('first', trialEdits, 10, this.now)], pending: 0, used: 0 }));

  give(account: Account, grant: Grant): boolean {
    if (account.grants.some(({ key }) => key === grant.key)) return false;
    account.grants.push(grant);
    return true;
  }

  month() {
    const n = new Date(this.now).getUTCMonth() - (monthStart(new Date(this.now).getUTCMonth()) > this.now ? 1 : 0);
    return this.now < contractEnd && this.allowance > 0 ? { key: `month ${n}`, from: monthStart(n), until: Math.min(monthStart(n + 1), contractEnd) } : undefined;
  }

  tend(account: Account): void {
    const month = account === this.organisation ? this.month() : undefined;
    if (month) this.give(account, grantOf(month.key, this.allowance, 20, month.from, month.until));
    for (const grant of account.grants.filter(({ until, void: voided }) => voided || until <= this.now)) {
      grant.left -= Math.min(grant.left, this.available(account));
    }
  }

  draw(account: Account): Grant | undefined {
    const [first] = account.grants.filter(this.live).toSorted((a, b) => a.priority - b.priority || a.until - b.until || a.from - b.from);
    return first;
  }
}

const grantOf = (key: string, amount: number, priority: number, from: number, until = Number.MAX_SAFE_INTEGER): Grant => ({ key, amount, left: amount, spent: 0, priority, from, until });

/** The ledger in one transaction that is rolled back at the end: every run starts from nothing. */
interface Real { readonly room: LedgerRoom; readonly tx: Tx; readonly people: readonly string[] }
type Step = (model: Model, real: Real) => Promise<void>;

class Command implements fc.AsyncCommand<Model, Real> {
  constructor(private readonly name: string, private readonly step: Step) {}
  check = () => true;
  toString = () => this.name;
  async run(model: Model, real: Real): Promise<void> {
    model.now += second;
    await setClock(real.tx, new Date(model.now).toISOString());
    await this.step(model, real);
  }
}

const reserve = (person: number): Step => async (model, { room, tx, people }) => {
  const account = model.accountOf(person);
  model.tend(account);
  const allowed = model.available(account) > 0;
  const edit: Edit = { id: newId('edit'), account, state: 'reserved' };
  const reserved = room.quotas.reserve(tx, { editId: edit.id, personId: people[person]! });
  await (allowed ? reserved : expect(reserved).rejects.toMatchObject({ code: 'quota.exhausted' }));
  if (!allowed) return;
  account.pending += 1;
  model.edits.push(edit);
};

const settle = (pick: number, as: 'charged' | 'released'): Step => async (model, { room, tx }) => {
  const edit = model.edits[pick % model.edits.length];
  if (edit === undefined) return;
  const { account } = edit;
  model.tend(account);
  const settles = edit.state === 'reserved';
  if (settles) {
    if (as === 'charged') {
      if (model.draw(account) === undefined) model.give(account, grantOf(`expired ${edit.id}`, 1, 30, model.now));
      const grant = model.draw(account)!;
      grant.left -= 1;
      grant.spent += 1;
      account.used += 1;
    }
    account.pending -= 1;
    edit.state = as;
    model.tend(account);
  }
  expect(await (as === 'charged' ? room.quotas.commit(tx, edit.id) : room.quotas.release(tx, edit.id))).toBe(settles);
};

const goodwill = (pick: number): Step => async (model, { room, tx }) => {
  const edit = model.edits[pick % model.edits.length];
  if (edit === undefined) return;
  const given = edit.state === 'charged' && model.give(edit.account, grantOf(`undelivered ${edit.id}`, 1, 30, model.now));
  expect((await room.quotas.goodwill(tx, edit.id)) !== undefined).toBe(given);
};

const pack = (purchase: number, edits: number): Step => async (model, { room, tx }) => {
  const given = model.give(model.organisation, grantOf(`pack ${purchase}`, edits, 50, model.now));
  expect((await room.allowances.addPack(tx, { purchaseId: `pack ${purchase}`, edits })) !== undefined).toBe(given);
};

const refund = (purchase: number): Step => async (model, { room, tx }) => {
  const grant = model.organisation.grants.find(({ key }) => key === `pack ${purchase}`);
  const allowed = grant !== undefined && (grant.void === true || (model.now - grant.from < 3 * day && grant.spent < 10));
  if (allowed) {
    grant.void = true;
    model.tend(model.organisation);
  }
  expect((await room.allowances.refund(tx, `pack ${purchase}`)).kind).toBe(allowed ? 'refunded' : 'refused');
};

const renew = (edits: number): Step => async (model, { room, tx }) => {
  model.tend(model.organisation);
  model.allowance = edits;
  const month = model.month();
  const given = model.organisation.grants.filter(({ key }) => month && key.split('/')[0] === month.key).reduce((sum, grant) => sum + grant.amount, 0);
  if (month && given > 0 && given < edits) model.give(model.organisation, grantOf(`${month.key}/${edits}`, edits - given, 20, month.from, month.until));
  model.tend(model.organisation);
  await room.allowances.set(tx, { edits, timeZone: 'UTC', startsAt: new Date(start), endsAt: new Date(contractEnd) });
};

const wait = (ms: number): Step => async (model) => {
  model.now += ms;
};

const look = (person: number): Step => async (model, { room, tx, people }) => {
  const account = model.accountOf(person);
  model.tend(account);
  await room.upkeep.prepare(tx, people[person]!);
  const balance = await room.ledger.balanceOf(tx, people[person]!);
  expect(balance).toMatchObject({ available: model.available(account), pending: account.pending, used: account.used });
  expect(balance?.grants.map(({ remaining }) => remaining).reduce((a, b) => a + b, 0)).toBe(account.grants.filter(model.live).reduce((sum, grant) => sum + grant.left, 0));
  expect(balance?.grants[0]?.remaining).toBe(model.draw(account)?.left);
  expect(await room.ledger.violations(tx)).toEqual([]);
};

const person = fc.nat(3);
const edit = fc.nat(50);
const purchase = fc.nat(2);
const waits = [second, 3 * day - 2 * second, 3 * day - second, 3 * day, 20 * day, 31 * day, 75 * day];
const command = <T>(name: string, given: fc.Arbitrary<T>, step: (value: T) => Step) => given.map((value) => new Command(`${name}(${String(value)})`, step(value)));
const commands = fc.commands(
  [
    command('reserve', person, reserve),
    command('reserve', person, reserve),
    command('commit', edit, (pick) => settle(pick, 'charged')),
    command('commit', edit, (pick) => settle(pick, 'charged')),
    command('release', edit, (pick) => settle(pick, 'released')),
    command('goodwill', edit, goodwill),
    command('pack', fc.tuple(purchase, fc.integer({ min: 1, max: 12 })), ([id, edits]) => pack(id, edits)),
    command('refund', purchase, refund),
    command('renew', fc.integer({ min: 1, max: 6 }), renew),
    command('wait', fc.constantFrom(...waits), wait),
    command('look', person, look),
  ],
  { maxCommands: 60, size: 'max' },
);

let room: LedgerRoom;
beforeAll(async () => {
  room = await ledgerRoom();
  await takeClock(room.transactions.manager, new Date(start).toISOString());
});
afterAll(() => room.close());

/** The soak takes more: `LEDGER_RUNS=10000`. */
const numRuns = Number(process.env['LEDGER_RUNS'] ?? 300);

describe('the ledger', () => {
  it(`answers as the model does, ${numRuns} histories`, async () => {
    const end = new Error('end of this history');
    const history = fc.asyncProperty(commands, async (steps) => {
      const running = room.transactions.run(async (tx) => {
        const people = [await addPerson(tx, true), await addPerson(tx, true), await addPerson(tx, false), await addPerson(tx, false)];
        await fc.asyncModelRun(() => ({ model: new Model(), real: { room, tx, people } }), [...steps, new Command('look at the organisation', look(0)), new Command('look at a guest', look(2))]);
        throw end;
      });
      await running.catch((error: unknown) => {
        if (error !== end) throw error;
      });
    });
    await fc.assert(history, { numRuns });
  }, 60_000 + numRuns * 1_000);
});
