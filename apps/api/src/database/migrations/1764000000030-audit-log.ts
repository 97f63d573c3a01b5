import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log: `audit_entries` gives each event its place, `audit_tiles` keep the hashes of the tree, `audit_checkpoints` what was
 * signed. `audit_pending` names the events that have no place yet: a trigger writes it, so that an event which commits late is
 * found late and never missed, whatever its number. Triggers refuse whatever would change what was once written; a superuser
 * can switch them off, and is found by the signatures.
 */
export class AuditLog1764000000030 implements MigrationInterface {
  readonly name = 'AuditLog1764000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_entries (
        index bigint primary key check (index >= 0),
        outbox_id bigint not null unique references audit_outbox (id)
      )`);
    await runner.query(`
      create table audit_tiles (
        level int not null check (level between 0 and 63),
        index bigint not null check (index >= 0),
        hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
        primary key (level, index)
      )`);
    await runner.query(`
      create table audit_checkpoints (
        size bigint primary key check (size >= 0),
        note text not null,
        signed_at timestamptz not null default now()
      )`);
    await runner.query(`create table audit_pending (outbox_id bigint primary key references audit_outbox (id))`);
    await runner.query(`insert into audit_pending (outbox_id) select id from audit_outbox`);
    await noteWhatIsNew(runner);
    await refuseChanges(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger append_only on audit_outbox');
    await runner.query('drop trigger note_pending on audit_outbox');
    await runner.query('drop table audit_pending, audit_checkpoints, audit_tiles, audit_entries');
    await runner.query('drop function audit_note_pending(), audit_refuse(), audit_refuse_shrinking(), audit_refuse_forgetting()');
  }
}

async function noteWhatIsNew(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create function audit_note_pending() returns trigger language plpgsql as $$
    begin
      insert into audit_pending (outbox_id) select id from fresh;
      return null;
    end $$`);
  await runner.query(`create trigger note_pending after insert on audit_outbox referencing new table as fresh for each statement execute function audit_note_pending()`);
  await runner.query('alter table audit_outbox enable always trigger note_pending');
}

async function refuseChanges(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create function audit_refuse() returns trigger language plpgsql as $$
    begin
      raise exception '% refuses %: what was recorded stays', tg_table_name, tg_op using errcode = 'insufficient_privilege';
    end $$`);
  // A partial tile becomes wider at its end, and that is all.
  await runner.query(`
    create function audit_refuse_shrinking() returns trigger language plpgsql as $$
    begin
      if (new.level, new.index) is distinct from (old.level, old.index) or substr(new.hashes, 1, octet_length(old.hashes)) is distinct from old.hashes then
        raise exception 'audit_tiles refuses UPDATE: a tile only grows' using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$`);
  // An event leaves the waiting list when it has its place, and not before.
  await runner.query(`
    create function audit_refuse_forgetting() returns trigger language plpgsql as $$
    begin
      if exists (select from gone left join audit_entries entry using (outbox_id) where entry.outbox_id is null) then
        raise exception 'audit_pending refuses DELETE: the event has no place yet' using errcode = 'insufficient_privilege';
      end if;
      return null;
    end $$`);
  for (const table of ['audit_outbox', 'audit_entries', 'audit_checkpoints']) await always(runner, table, 'append_only', 'before update or delete or truncate', 'for each statement execute function audit_refuse()');
  await always(runner, 'audit_tiles', 'append_only', 'before delete or truncate', 'for each statement execute function audit_refuse()');
  await always(runner, 'audit_tiles', 'growing', 'before update', 'for each row execute function audit_refuse_shrinking()');
  await always(runner, 'audit_pending', 'append_only', 'before update or truncate', 'for each statement execute function audit_refuse()');
  await always(runner, 'audit_pending', 'placed_first', 'after delete', 'referencing old table as gone for each statement execute function audit_refuse_forgetting()');
}

/** `enable always`: also while a session claims to be replicating. */
async function always(runner: QueryRunner, table: string, name: string, when: string, then: string): Promise<void> {
  await runner.query(`create trigger ${name} ${when} on ${table} ${then}`);
  await runner.query(`alter table ${table} enable always trigger ${name}`);
}
