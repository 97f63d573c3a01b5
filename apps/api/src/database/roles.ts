import { DataSource, type EntityManager } from 'typeorm';
import { type DatabaseSettings, dataSourceOptions } from './options.js';

/** A role that signs in. Its password is set anew each time. */
export interface LoginRole {
  readonly name: string;
  readonly password: string;
}

export interface Roles {
  /** The API's: works with every table, and may only add to the audit log. */
  readonly app: LoginRole;
  /** The sequencer's: gives events their places, and touches nothing else. */
  readonly sequencer: LoginRole;
}

/** Roles belong to the whole server: those who make some wait for each other. */
const rolesLock = 7_311_026;

const log = ['audit_outbox', 'audit_entries', 'audit_tiles', 'audit_checkpoints', 'audit_pending', 'audit_minimum'] as const;

/**
 * Makes the two roles, or brings them up to date with the tables that there are. Neither owns a table, so neither can change
 * one, switch off its triggers, or give itself more. Needs a connection that may make roles; safe to repeat.
 */
export async function grantRoles(owner: DatabaseSettings, { app, sequencer }: Roles): Promise<void> {
  const dataSource = await new DataSource(dataSourceOptions(owner)).initialize();
  try {
    await dataSource.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [rolesLock]);
      for (const role of [app, sequencer]) await makeRole(tx, role);
      for (const statement of [...grantsOfApp(identifier(app.name)), ...grantsOfSequencer(identifier(sequencer.name))]) await tx.query(statement);
    });
  } finally {
    await dataSource.destroy();
  }
}

async function makeRole(tx: EntityManager, { name, password }: LoginRole): Promise<void> {
  const rows = await tx.query<unknown[]>('select 1 from pg_roles where rolname = $1', [name]);
  const [{ statement = '' } = {}] = await tx.query<{ statement?: string }[]>(
    `select format('%s role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls inherit password %L', $1::text, $2::text, $3::text) as statement`,
    [rows.length > 0 ? 'alter' : 'create', name, password],
  );
  await tx.query(statement);
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const grantsOfApp = (role: string): string[] => [
  `revoke all on all tables in schema public from ${role}`,
  `grant usage on schema public to ${role}`,
  `grant select, insert, update, delete on all tables in schema public to ${role}`,
  `grant usage on all sequences in schema public to ${role}`,
  `revoke insert, update, delete on migrations, audit_personal_fields, ${log.join(', ')} from ${role}`,
  `grant insert on audit_outbox, audit_personal_fields to ${role}`,
];

const grantsOfSequencer = (role: string): string[] => [
  `revoke all on all tables in schema public from ${role}`,
  `grant usage on schema public to ${role}`,
  `grant select on ${log.join(', ')} to ${role}`,
  `grant insert on audit_entries, audit_tiles, audit_checkpoints, audit_minimum to ${role}`,
  `grant update (hashes) on audit_tiles to ${role}`,
  // Triggers let only go what lies before the minimum, and from the waiting list what has its place.
  `grant delete on audit_pending, audit_entries, audit_outbox to ${role}`,
];
