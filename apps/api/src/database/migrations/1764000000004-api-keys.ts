import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ApiKeys1764000000004 implements MigrationInterface {
  readonly name = 'ApiKeys1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_keys (
        id text primary key,
        secret_hash bytea not null unique,
        person_id text not null references people,
        label text not null,
        hint text not null,
        permissions text[] not null,
        local boolean not null default false,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        last_used_at timestamptz
      )`);
    await runner.query('create index api_keys_person on api_keys (person_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_keys');
  }
}
