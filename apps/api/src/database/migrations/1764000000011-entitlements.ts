import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imported entitlements, exactly as they were signed, so that anyone can verify them again. */
export class Entitlements1764000000011 implements MigrationInterface {
  readonly name = 'Entitlements1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE entitlements (
        id text PRIMARY KEY,
        key_id text NOT NULL,
        payload text NOT NULL,
        signature text NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE entitlements');
  }
}
