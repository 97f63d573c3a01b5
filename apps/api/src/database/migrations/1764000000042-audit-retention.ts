import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Retention by minimum index: entries before it may go, their hashes stay. The minimum only rises, by full bundles, never past
 * what is signed and never over an event of the last 30 days; whoever may delete can delete what lies before it and nothing else.
 */
export class AuditRetention1764000000042 implements MigrationInterface {
  readonly name = 'AuditRetention1764000000042';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_minimum (
        index bigint primary key check (index > 0 and index % 256 = 0),
        raised_at timestamptz not null default now()
      )`);
    await runner.query(`
      create function audit_refuse_early_minimum() returns trigger language plpgsql as $$
      begin
        if new.index <= (select coalesce(max(index), 0) from audit_minimum)
          or new.index >= (select coalesce(max(size), 0) from audit_checkpoints)
          or exists (select from audit_entries entry join audit_outbox event on event.id = entry.outbox_id where entry.index < new.index and event.created_at > now() - interval '30 days') then
          raise exception 'audit_minimum refuses INSERT: what is unsigned or of the last 30 days stays' using errcode = 'insufficient_privilege';
        end if;
        return new;
      end $$`);
    await runner.query(`
      create function audit_refuse_unpruned() returns trigger language plpgsql as $$
      begin
        if tg_table_name = 'audit_entries' then
          if old.index < (select coalesce(max(index), 0) from audit_minimum) then return old; end if;
        elsif not exists (select from audit_entries where outbox_id = old.id) and not exists (select from audit_pending where outbox_id = old.id) then
          return old;
        end if;
        raise exception '% refuses DELETE: it is not before the minimum', tg_table_name using errcode = 'insufficient_privilege';
      end $$`);
    await always(runner, 'audit_minimum', 'append_only', 'before update or delete or truncate', 'for each statement execute function audit_refuse()');
    await always(runner, 'audit_minimum', 'rising', 'before insert', 'for each row execute function audit_refuse_early_minimum()');
    for (const table of ['audit_outbox', 'audit_entries']) {
      await runner.query(`drop trigger append_only on ${table}`);
      await always(runner, table, 'append_only', 'before update or truncate', 'for each statement execute function audit_refuse()');
      await always(runner, table, 'pruned_only', 'before delete', 'for each row execute function audit_refuse_unpruned()');
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_outbox', 'audit_entries']) {
      await runner.query(`drop trigger pruned_only on ${table}`);
      await runner.query(`drop trigger append_only on ${table}`);
      await always(runner, table, 'append_only', 'before update or delete or truncate', 'for each statement execute function audit_refuse()');
    }
    await runner.query('drop table audit_minimum');
    await runner.query('drop function audit_refuse_early_minimum(), audit_refuse_unpruned()');
  }
}

/** `enable always`: also while a session claims to be replicating. */
async function always(runner: QueryRunner, table: string, name: string, when: string, then: string): Promise<void> {
  await runner.query(`create trigger ${name} ${when} on ${table} ${then}`);
  await runner.query(`alter table ${table} enable always trigger ${name}`);
}
