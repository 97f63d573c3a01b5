/** Connection, transactions and migrations. It knows no room; a room brings its entities and its migration. */
export { DatabaseModule } from './database.module.js';
export { migrate, migrateDatabase } from './migrate.js';
export { dataSourceOptions } from './options.js';
export { grantRoles } from './roles.js';
export { Transactions, type Tx } from './transactions.js';
