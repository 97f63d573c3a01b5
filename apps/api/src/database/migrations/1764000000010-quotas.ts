import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The only clock of the ledger. A function, so that a test can move it in its own database and nobody can through a parameter. */
const clock = `CREATE FUNCTION quota_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()'`;

/** Prefix and UUIDv7, as everywhere; made here because one statement may write several rows. */
const identifier = `
  CREATE FUNCTION quota_id(prefix text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT prefix || '_' || lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
      || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14)
  $$`;

/**
 * The month of a contract that `at` falls in. Months begin at local midnight on the day of the month on which the contract
 * began; a month without that day begins on its last one. Counted from the first day each time, so 31 comes back after 28.
 */
const period = `
  CREATE FUNCTION quota_period(contract_start timestamptz, time_zone text, at timestamptz)
  RETURNS TABLE (label text, starts timestamptz, ends timestamptz) LANGUAGE sql STABLE AS $$
    WITH local AS (
      SELECT date_trunc('day', contract_start AT TIME ZONE time_zone) AS first, at AT TIME ZONE time_zone AS present
    ), passed AS (
      SELECT first, (extract(year FROM present) - extract(year FROM first))::int * 12
        + (extract(month FROM present) - extract(month FROM first))::int AS months FROM local
    ), month AS (
      SELECT first, months - ((first + make_interval(months => months)) AT TIME ZONE time_zone > at)::int AS n FROM passed
    )
    SELECT to_char(first + make_interval(months => n), 'YYYY-MM-DD'),
      (first + make_interval(months => n)) AT TIME ZONE time_zone,
      (first + make_interval(months => n + 1)) AT TIME ZONE time_zone
    FROM month
  $$`;

/** `owner` is 'organisation' or a person's id; no foreign key, because the ledger outlives the person. Rows change often and never grow: room for updates in place. */
const accounts = `
  CREATE TABLE accounts (
    id text PRIMARY KEY DEFAULT quota_id('acc'),
    owner text NOT NULL UNIQUE,
    granted bigint NOT NULL DEFAULT 0 CHECK (granted >= 0),
    posted bigint NOT NULL DEFAULT 0 CHECK (posted >= 0),
    pending bigint NOT NULL DEFAULT 0 CHECK (pending >= 0),
    due_at timestamptz NOT NULL DEFAULT 'infinity',
    created_at timestamptz NOT NULL DEFAULT quota_now(),
    CONSTRAINT accounts_never_overspent CHECK (posted + pending <= granted)
  ) WITH (fillfactor = 50)`;

const allowances = `
  CREATE TABLE allowances (
    account_id text PRIMARY KEY REFERENCES accounts,
    edits bigint NOT NULL CHECK (edits >= 0),
    time_zone text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at)
  )`;

/** What was given never changes; only how much of it was spent, has lapsed, and whether it was voided. */
const grants = `
  CREATE TABLE grants (
    id text PRIMARY KEY DEFAULT quota_id('grt'),
    account_id text NOT NULL REFERENCES accounts,
    kind text NOT NULL CHECK (kind IN ('trial', 'monthly', 'pack', 'uplift', 'goodwill')),
    source text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 100),
    effective_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL DEFAULT 'infinity',
    voided_at timestamptz,
    spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    lapsed bigint NOT NULL DEFAULT 0 CHECK (lapsed >= 0),
    remaining bigint GENERATED ALWAYS AS (amount - spent - lapsed) STORED CHECK (remaining >= 0),
    open boolean GENERATED ALWAYS AS (amount > spent + lapsed) STORED,
    created_at timestamptz NOT NULL DEFAULT quota_now(),
    UNIQUE (account_id, kind, source)
  ) WITH (fillfactor = 70)`;

/** Append-only. `seq` is drawn under the account's row lock, so it is the order in which an account's entries came about. */
const entries = `
  CREATE TABLE quota_entries (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE DEFAULT quota_id('ent'),
    account_id text NOT NULL REFERENCES accounts,
    kind text NOT NULL CHECK (kind IN ('grant', 'reserve', 'commit', 'release', 'expire', 'refund')),
    amount bigint NOT NULL CHECK (amount > 0),
    grant_id text REFERENCES grants,
    edit_id text,
    created_at timestamptz NOT NULL DEFAULT quota_now(),
    CHECK ((kind IN ('reserve', 'release')) = (grant_id IS NULL)),
    CHECK (kind NOT IN ('reserve', 'commit', 'release') OR (edit_id IS NOT NULL AND amount = 1))
  )`;

const statements = [
  clock,
  identifier,
  period,
  accounts,
  allowances,
  grants,
  `CREATE INDEX grants_open ON grants (account_id) WHERE open`,
  entries,
  `CREATE UNIQUE INDEX quota_entries_one_reservation ON quota_entries (edit_id) WHERE kind = 'reserve'`,
  `CREATE UNIQUE INDEX quota_entries_one_settlement ON quota_entries (edit_id) WHERE kind IN ('commit', 'release')`,
  `CREATE INDEX quota_entries_of_account ON quota_entries (account_id, seq)`,
  `CREATE FUNCTION quota_history_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'the history of % is final', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$`,
  `CREATE TRIGGER quota_entries_final BEFORE UPDATE OR DELETE OR TRUNCATE ON quota_entries
     FOR EACH STATEMENT EXECUTE FUNCTION quota_history_is_final()`,
  `ALTER TABLE quota_entries ENABLE ALWAYS TRIGGER quota_entries_final`,
  `CREATE TRIGGER grants_final BEFORE DELETE OR TRUNCATE
     OR UPDATE OF id, account_id, kind, source, amount, priority, effective_at, expires_at, created_at ON grants
     FOR EACH STATEMENT EXECUTE FUNCTION quota_history_is_final()`,
  `ALTER TABLE grants ENABLE ALWAYS TRIGGER grants_final`,
  `INSERT INTO accounts (owner) VALUES ('organisation')`,
];

/** The quota ledger: accounts, what was given to them, and every entry. */
export class Quotas1764000000010 implements MigrationInterface {
  readonly name = 'Quotas1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE quota_entries, grants, allowances, accounts`);
    await runner.query(`DROP FUNCTION quota_history_is_final(), quota_period(timestamptz, text, timestamptz), quota_id(text), quota_now()`);
  }
}
