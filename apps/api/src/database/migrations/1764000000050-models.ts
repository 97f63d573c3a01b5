import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Recorded commercial licences: one per model and licence, so that a bundle of the same name under other terms needs its own. */
export class Models1764000000050 implements MigrationInterface {
  readonly name = 'Models1764000000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE model_licences (
        model_id text NOT NULL,
        licence text NOT NULL,
        reference text NOT NULL,
        accepted_by text NOT NULL REFERENCES people,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (model_id, licence)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE model_licences');
  }
}
