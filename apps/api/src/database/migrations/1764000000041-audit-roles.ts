import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who appends an event need not be able to write the list of those that wait: the trigger does, as the owner of the tables. */
export class AuditRoles1764000000041 implements MigrationInterface {
  readonly name = 'AuditRoles1764000000041';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter function audit_note_pending() security definer set search_path = public, pg_temp');
    await runner.query('revoke execute on function audit_note_pending() from public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter function audit_note_pending() security invoker reset search_path');
    await runner.query('grant execute on function audit_note_pending() to public');
  }
}
