/** Where a spec asks for the test run's PostgreSQL server. Set by Jest's global set-up. */
export function postgresDesk(): string {
  const address = process.env['TEST_POSTGRES_AT'];
  if (address === undefined) throw new Error('Run this spec through Jest with the configuration at the root: it offers the database server.');
  return address;
}
