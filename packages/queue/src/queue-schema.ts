import { runMigrations } from 'bullmq';
import { Client } from 'pg';

export interface WorkerRole {
  /** PostgreSQL schema of the pool. */
  readonly schema: string;
  readonly role: string;
  readonly password: string;
  /** The API's own role, where it has one: it may use the queues as the workers' role may. */
  readonly usedBy?: string;
}

/**
 * Creates, or brings up to date, the schema of a pool's queues and the role its workers sign in with. The role may read and
 * write rows there and may do nothing anywhere else. Safe to repeat; a repeat sets the password anew.
 */
export async function prepareQueueSchema(adminUrl: string, { schema, role, password, usedBy }: WorkerRole): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await runMigrations(client, schema);
    await client.query('BEGIN');
    // Several API processes start at once; roles belong to the whole server, and CREATE ROLE has no IF NOT EXISTS.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('flux-context.queue-role'))`);
    for (const statement of await roleStatements(client, schema, role, password)) await client.query(statement);
    if (usedBy !== undefined) await client.query(`GRANT ${client.escapeIdentifier(role)} TO ${client.escapeIdentifier(usedBy)}`);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function roleStatements(client: Client, schemaName: string, roleName: string, password: string): Promise<string[]> {
  const schema = client.escapeIdentifier(schemaName);
  const role = client.escapeIdentifier(roleName);
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [roleName]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  return [
    `${verb} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS PASSWORD ${client.escapeLiteral(password)}`,
    `REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON ${schema}.migration FROM ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`,
  ];
}
