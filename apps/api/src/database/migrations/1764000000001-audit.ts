import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `body` is what a later reader hashes: the whole event as canonical JSON bytes, never parsed and written again. The other
 * columns repeat parts of it for people who read the table.
 */
export class Audit1764000000001 implements MigrationInterface {
  readonly name = 'Audit1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_outbox (
        id bigserial primary key,
        event_id text not null unique,
        name text not null,
        actor_kind text not null check (actor_kind in ('person', 'system')),
        actor_id text check ((actor_kind = 'person') = (actor_id is not null)),
        body bytea not null check (octet_length(body) <= 65535),
        created_at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_outbox');
  }
}
