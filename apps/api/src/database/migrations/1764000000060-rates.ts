import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Unlogged: a crash of the database forgets a minute, and no minute is worth a write to its log. */
export class Rates1764000000060 implements MigrationInterface {
  readonly name = 'Rates1764000000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create unlogged table request_rates (
        subject bytea primary key,
        minute_ends_at timestamptz not null,
        asked bigint not null
      ) with (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table request_rates');
  }
}
