import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What somebody was called when an event was recorded, sealed under his own key: beside the log and no part of its tree, so that
 * destroying the key erases it. It changes no more than the event does, and goes with it when the log is shortened.
 */
export class AuditPersonalFields1764000000070 implements MigrationInterface {
  readonly name = 'AuditPersonalFields1764000000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_personal_fields (
        event_id text primary key references audit_outbox (event_id) on delete cascade,
        subject text not null,
        sealed bytea not null check (octet_length(sealed) between 28 and 8192)
      )`);
    await runner.query(`
      create function audit_refuse_unless_event_gone() returns trigger language plpgsql as $$
      begin
        if not exists (select from audit_outbox where event_id = old.event_id) then return old; end if;
        raise exception '% refuses DELETE: its event is still there', tg_table_name using errcode = 'insufficient_privilege';
      end $$`);
    await always(runner, 'append_only', 'before update or truncate', 'for each statement execute function audit_refuse()');
    await always(runner, 'with_event_only', 'before delete', 'for each row execute function audit_refuse_unless_event_gone()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_personal_fields');
    await runner.query('drop function audit_refuse_unless_event_gone()');
  }
}

/** `enable always`: also while a session claims to be replicating. */
async function always(runner: QueryRunner, name: string, when: string, then: string): Promise<void> {
  await runner.query(`create trigger ${name} ${when} on audit_personal_fields ${then}`);
  await runner.query(`alter table audit_personal_fields enable always trigger ${name}`);
}
