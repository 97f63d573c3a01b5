import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Takes one unit of the account that a person spends from, if any is left and nothing is due. Who wants the same account
 * queues up before the statement that reads it begins: it then finds the newest row at once, where a statement that waits for
 * a row lock walks through every version that others made meanwhile.
 */
const reserve = `
  CREATE FUNCTION quota_reserve(wanted_by text, spender text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      payer text := (SELECT CASE WHEN seated THEN 'organisation' ELSE id END FROM people WHERE id = spender);
      account text;
    BEGIN
      PERFORM pg_advisory_xact_lock(7311026, hashtext(payer));
      UPDATE accounts SET pending = pending + 1
        WHERE owner = payer AND granted - posted - pending > 0 AND due_at > quota_now() RETURNING id INTO account;
      IF account IS NULL THEN RETURN false; END IF;
      INSERT INTO quota_entries (account_id, kind, amount, edit_id) VALUES (account, 'reserve', 1, wanted_by);
      RETURN true;
    END
  $$`;

/** Reservations in one call to the server. */
export class Reservations1764000000080 implements MigrationInterface {
  readonly name = 'Reservations1764000000080';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(reserve);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION quota_reserve(text, text)`);
  }
}
