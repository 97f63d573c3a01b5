import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { postgres, repository } from './tickets.spec-parts.js';

describe('a queue on PostgreSQL that cannot be opened', () => {
  it('is told to whoever waits for it, and leaves the process time for other things', async () => {
    const server = await postgres.start();
    const { url, schema } = server.worker;
    const missing = { url: Object.assign(new URL(url), { pathname: '/no_such_database' }).href, schema };
    // In a process of its own, because one that has no time cannot even be told to stop. Runs on the built package.
    const script = `import { consumeTickets } from '@flux-context/queue';
      const consumer = consumeTickets({ connection: JSON.parse(process.argv[1]), pool: 'shared', engine: 'exact', concurrency: 1, onError: () => undefined, take: async () => undefined });
      const why = await consumer.ready().then(() => 'opened', (error) => error.code);
      setTimeout(() => { console.log(why); process.exit(); }, 200);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(missing)], { cwd: path.join(repository, 'apps/gpu-worker'), timeout: 20_000, killSignal: 'SIGKILL' });
    await server.stop();
    expect(stdout.trim()).toBe('3D000');
  });
});
