import { type TestDatabase, testDatabase } from '@flux-context/testkit';
import { Secret } from '@flux-context/runtime';
import { migrateDatabase } from '../database/index.js';

/** For specs: a migrated database of their own. */
export function apiDatabase(): Promise<TestDatabase> {
  return testDatabase({
    name: 'api',
    fill: async (url) => void (await migrateDatabase({ url: new Secret(url), poolMax: 2 })),
  });
}
