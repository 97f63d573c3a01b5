/**
 * A PostgreSQL server in a folder, for the embedded form and for tests: loopback only, password only, as root or not.
 * It starts and stops the server; what is in it belongs to others.
 */
export { type PostgresServer, startPostgres } from './start.js';
