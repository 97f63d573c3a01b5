import { rm } from 'node:fs/promises';
import { type TestDatabase, testDatabase } from '@flux-context/testkit';
import { Secret } from '@flux-context/runtime';
import { migrateDatabase } from '../database/index.js';
import { subjectKeysOf } from './settings.js';

/** For specs: a migrated database of their own, and with it the folder of its people's keys. */
export async function apiDatabase(): Promise<TestDatabase> {
  const { url, drop } = await testDatabase({
    name: 'api',
    fill: async (template) => void (await migrateDatabase({ url: new Secret(template), poolMax: 2 })),
  });
  return {
    url,
    drop: async () => {
      await drop();
      await rm(subjectKeysOf(url), { recursive: true, force: true });
    },
  };
}
