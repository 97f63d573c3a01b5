import { Secret } from '@flux-context/runtime';
import { type TestDatabase, testDatabase } from '@flux-context/testkit';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { DatabaseModule, dataSourceOptions, migrate } from './index.js';
import { migrations } from './migrations/index.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const settings = () => ({ url: new Secret(database.url), poolMax: 3 });
const connect = () => new DataSource(dataSourceOptions(settings())).initialize();
const start = () => Test.createTestingModule({ imports: [DatabaseModule.connect(settings())] }).compile();

describe('migrations', () => {
  it('keep the application from starting until they have run, once, however many processes run them', async () => {
    await expect(start()).rejects.toThrow(/pending migrations/);
    const processes = await Promise.all([connect(), connect(), connect()]);
    const done = await Promise.all(processes.map(migrate));
    expect(done.flat()).toHaveLength(migrations.length);
    await Promise.all(processes.map((process) => process.destroy()));
    await (await start()).close();
  });

  it('can be undone to the empty database and run again', async () => {
    const dataSource = await connect();
    for (const _ of migrations) await dataSource.undoLastMigration();
    const left = await dataSource.query<{ table_name: string }[]>(`select table_name from information_schema.tables where table_schema = 'public'`);
    expect(left).toEqual([{ table_name: 'migrations' }]);
    await migrate(dataSource);
    await dataSource.destroy();
  });
});
