import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { postgresDesk } from './config.js';

export interface TestDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** How to fill the template that databases are cloned from; it is filled once per test run and name. */
export interface Template {
  readonly name: string;
  fill(url: string): Promise<void>;
}

const databaseOf = (serverUrl: string, name: string) => Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;

async function withServer<T>(work: (client: Client, url: string) => Promise<T>): Promise<T> {
  // A connection of its own: one that was kept could be closed by the desk in the moment in which it is used again.
  const answer = await fetch(postgresDesk(), { headers: { connection: 'close' } });
  const url = await answer.text();
  if (!answer.ok) throw new Error(`No database server for tests. ${url}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client, url);
  } finally {
    await client.end();
  }
}

async function ensureTemplate(client: Client, serverUrl: string, template: Template): Promise<string> {
  const name = `template_${template.name}`;
  const found = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (found.rowCount === 1) return name;
  await client.query(`create database ${name}_unfinished`);
  await template.fill(databaseOf(serverUrl, `${name}_unfinished`));
  await client.query(`alter database ${name}_unfinished rename to ${name}`);
  return name;
}

/** A database of its own for a spec file: a clone of `template`, or empty. Needs only the test run's server, see jest.config.mjs. */
export function testDatabase(template?: Template): Promise<TestDatabase> {
  return withServer(async (client, serverUrl) => {
    const name = `test_${randomBytes(8).toString('hex')}`;
    // One at a time: a template can be filled once and cloned by one session only.
    await client.query('select pg_advisory_lock(1)');
    const from = template === undefined ? 'template0' : await ensureTemplate(client, serverUrl, template);
    await client.query(`create database ${name} template ${from}`);
    return {
      url: databaseOf(serverUrl, name),
      drop: () => withServer(async (again) => void (await again.query(`drop database if exists ${name} with (force)`))),
    };
  });
}
