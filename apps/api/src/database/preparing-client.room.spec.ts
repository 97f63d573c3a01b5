import { testDatabase, type TestDatabase } from '@flux-context/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { PreparingClient } from './preparing-client.js';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new PreparingClient({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const prepared = async (like: string) => {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE '${like}'`);
  return rows[0]?.count;
};

describe('statements with parameters', () => {
  it('are prepared once, and answer each call with its own values', async () => {
    for (const value of [1, 2, 3]) expect(await client.query('SELECT $1::int AS once', [value])).toMatchObject({ rows: [{ once: value }] });
    expect(await prepared('SELECT $1::int AS once')).toBe(1);
  });

  it('of an endless number of forms fill no memory of the server, and are answered all the same', async () => {
    for (let form = 0; form < 600; form++) expect(await client.query(`SELECT $1::int AS form${form}`, [form])).toMatchObject({ rows: [{ [`form${form}`]: form }] });
    expect(await prepared('SELECT $1::int AS %')).toBeLessThanOrEqual(500);
  });

  it('that fail leave the connection as it was', async () => {
    for (let time = 0; time < 2; time++) await expect(client.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
    expect(await client.query('SELECT 1 / $1::int AS whole', [1])).toMatchObject({ rows: [{ whole: 1 }] });
  });
});
