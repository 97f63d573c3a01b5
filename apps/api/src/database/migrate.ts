import { DataSource } from 'typeorm';
import { type DatabaseSettings, dataSourceOptions } from './options.js';

/** Any number, the same in every process: only one migrates at a time. */
const migrationLock = 7_311_024;

/** Runs what is pending and returns the names. Processes that start at once wait for each other. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('select pg_advisory_lock($1)', [migrationLock]);
    const done = await dataSource.runMigrations();
    return done.map((migration) => migration.name);
  } finally {
    await guard.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => {});
    await guard.release();
  }
}

/** As `migrate`, on a connection of its own: what the command and test templates call. */
export async function migrateDatabase(settings: DatabaseSettings): Promise<string[]> {
  const dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Throws when the tables are older than the code. */
export async function refusePending(dataSource: DataSource): Promise<void> {
  if (await dataSource.showMigrations()) throw new Error('The database has pending migrations. Run the command "migrate" first.');
}
