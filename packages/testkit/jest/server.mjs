import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** One PostgreSQL server for a test run, started by the first spec that asks for a database. */
let running;

async function start() {
  // Jest does not transform what runs here, so the package must have been compiled; this takes no time when it was.
  execFileSync(process.execPath, [join(root, 'node_modules/typescript7/bin/tsc'), '-b', join(root, 'packages/embedded-postgres')]);
  const { startPostgres } = await import('@flux-context/embedded-postgres');
  const home = mkdtempSync(join(tmpdir(), 'flux-test-'));
  const server = await startPostgres({ directory: join(home, 'postgres'), password: randomBytes(12).toString('hex') });
  return { server, home };
}

/** Listens where specs ask for the server's address, see `src/config.ts`. */
export async function offerServer() {
  const desk = createServer((_request, response) => {
    running ??= start();
    running.then(
      ({ server }) => response.end(server.url),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((resolve) => desk.listen(0, '127.0.0.1', resolve));
  process.env.TEST_POSTGRES_AT = `http://127.0.0.1:${desk.address().port}`;
  return async () => {
    desk.close();
    desk.closeAllConnections();
    const started = await running?.catch(() => undefined);
    await started?.server.stop();
    if (started) rmSync(started.home, { recursive: true, force: true });
  };
}
