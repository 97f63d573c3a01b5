import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets are stored as SHA-256 only: they are random, so nothing slower is needed. */
export class Sessions1764000000003 implements MigrationInterface {
  readonly name = 'Sessions1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sessions (
        id text primary key,
        secret_hash bytea not null unique,
        person_id text not null references people,
        created_at timestamptz not null default now(),
        last_used_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`);
    await runner.query(`
      create table sign_in_links (
        secret_hash bytea primary key,
        person_id text not null unique references people,
        expires_at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sign_in_links');
    await runner.query('drop table sessions');
  }
}
