import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Edits, the leases of their holders, and the idempotency keys they were sent with. No content in any column. */
export class Edits1764000000020 implements MigrationInterface {
  name = 'Edits1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE holders (
        id text PRIMARY KEY,
        internal_url text NOT NULL,
        lease_until timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE edits (
        id text PRIMARY KEY,
        person_id text NOT NULL,
        api_key_id text,
        holder_id text NOT NULL,
        pool text NOT NULL,
        engine text NOT NULL,
        private boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('accepted', 'settled', 'delivered', 'erased', 'failed')),
        code text,
        source_bytes bigint NOT NULL,
        isolation text,
        timings jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        deadline timestamptz NOT NULL,
        settled_at timestamptz,
        delivered_at timestamptz,
        erased_at timestamptz,
        CHECK ((state = 'failed') = (code IS NOT NULL)),
        CHECK (state NOT IN ('settled', 'delivered') OR settled_at IS NOT NULL)
      )`);
    await runner.query(`CREATE INDEX edits_open ON edits (holder_id) WHERE erased_at IS NULL`);
    await runner.query(`CREATE INDEX edits_of_person ON edits (person_id) WHERE erased_at IS NULL`);
    await runner.query(`
      CREATE TABLE idempotency_keys (
        person_id text NOT NULL,
        key_digest bytea NOT NULL,
        body_digest bytea NOT NULL,
        edit_id text NOT NULL REFERENCES edits (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (person_id, key_digest)
      )`);
    await runner.query(`CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE idempotency_keys, edits, holders`);
  }
}
