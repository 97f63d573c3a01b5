import { ConfigError, createLogger, createMetrics, keepMemoryPrivate, onShutdown, serveMetrics } from '@flux-context/runtime';
import { AppModule } from './app.module.js';
import { isHttps, publicUrl, readConfig, readDatabaseConfig } from './config.js';
import { grantRoles, migrateDatabase } from './database/index.js';
import { firstOwnerLink } from './first-owner-link.js';
import { createApp, Readiness } from './http/index.js';

const version = '0.1.0';

async function runMigrations(): Promise<void> {
  const config = readDatabaseConfig();
  const owner = { url: config.DATABASE_URL, password: config.DATABASE_PASSWORD, poolMax: 2 };
  const done = await migrateDatabase(owner);
  if (config.roles !== undefined) await grantRoles(owner, config.roles);
  createLogger({ app: 'api', level: config.LOG_LEVEL }).info('database migrated', { count: done.length });
}

async function serve(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ app: 'api', level: config.LOG_LEVEL });
  const metrics = createMetrics();
  const app = await createApp(AppModule.of({ config, logger, metrics }), { logger, https: isHttps(config), portal: config.PORTAL_DIR });
  const figures = await serveMetrics(metrics, { host: config.METRICS_HOST, port: config.METRICS_PORT });
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  onShutdown(async () => {
    app.get(Readiness).leave();
    await app.close();
    await figures.close();
  }, (config.DRAIN_SECONDS + 20) * 1_000);
  logger.info('ready', { address: publicUrl(config), version });
}

async function printOwnerLink(): Promise<void> {
  process.stdout.write(`${await firstOwnerLink(readConfig())}\n`);
}

const commands: Readonly<Record<string, () => Promise<void>>> = { serve, migrate: runMigrations, 'owner-link': printOwnerLink };

const command = commands[process.argv[2] ?? 'serve'];
if (command === undefined) {
  process.stderr.write('Commands: serve (default), migrate, owner-link (prints a one-time sign-in link of the first owner).\n');
  process.exit(2);
}
keepMemoryPrivate();
try {
  await command();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else createLogger({ app: 'api', level: 'error' }).error('the API could not start', { error });
  process.exit(1);
}
