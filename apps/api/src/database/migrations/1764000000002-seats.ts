import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One e-mail address per active person; one who left may come back as a new person. The single row of `seat_limit` is also the lock under which seats and roles change. */
export class Seats1764000000002 implements MigrationInterface {
  readonly name = 'Seats1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table people (
        id text primary key,
        name text not null,
        email text not null,
        role text not null check (role in ('owner', 'administrator', 'auditor', 'member')),
        seated boolean not null,
        active boolean not null default true,
        created_at timestamptz not null default now(),
        check (active or not seated)
      )`);
    await runner.query(`create unique index people_active_email on people (lower(email)) where active`);
    await runner.query(`
      create table seat_limit (
        only_row boolean primary key default true check (only_row),
        seats integer not null check (seats >= 0)
      )`);
    // The first owner has a seat before any entitlement is imported.
    await runner.query(`insert into seat_limit (seats) values (1)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table seat_limit');
    await runner.query('drop table people');
  }
}
