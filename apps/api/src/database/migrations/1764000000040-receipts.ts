import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Deletion receipts, and what they repeat of an edit. The HMACs are under a nonce that no table has: they say nothing about a
 * picture to who reads them here.
 */
export class Receipts1764000000040 implements MigrationInterface {
  readonly name = 'Receipts1764000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE edits
        ADD COLUMN model_id text,
        ADD COLUMN model_licence text,
        ADD COLUMN build text,
        ADD COLUMN sandbox_ended boolean NOT NULL DEFAULT false,
        ADD COLUMN input_hmac bytea CHECK (octet_length(input_hmac) = 32),
        ADD COLUMN output_hmac bytea CHECK (octet_length(output_hmac) = 32),
        ADD CHECK ((model_id IS NULL) = (model_licence IS NULL)),
        ADD CHECK ((input_hmac IS NULL) = (output_hmac IS NULL))`);
    await runner.query(`
      CREATE TABLE receipts (
        edit_id text PRIMARY KEY REFERENCES edits (id),
        event_id text NOT NULL UNIQUE,
        body text NOT NULL CHECK (octet_length(body) <= 8192),
        signature text NOT NULL,
        issued_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX receipts_issued ON receipts (issued_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE receipts`);
    await runner.query(`ALTER TABLE edits DROP COLUMN model_id, DROP COLUMN model_licence, DROP COLUMN build, DROP COLUMN sandbox_ended, DROP COLUMN input_hmac, DROP COLUMN output_hmac`);
  }
}
