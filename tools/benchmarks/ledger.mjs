import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@flux-context/contracts';
import { startPostgres } from '@flux-context/embedded-postgres';
import { createLogger, createMetrics, Secret } from '@flux-context/runtime';
import { NestFactory } from '@nestjs/core';
import { DatabaseModule, Transactions } from '../../apps/api/dist/database/index.js';
import { CONFIG, LOGGER, METRICS } from '../../apps/api/dist/process.js';
import { AllowanceService, QuotaKeeper, QuotaService, QuotasModule } from '../../apps/api/dist/quotas/index.js';

/*
 * How fast the ledger is on one hot account: `npm run bench -- ledger`, or `node tools/benchmarks/ledger.mjs [database url]` after a build. Without a
 * URL it starts a server of its own. Each reservation is a transaction as in life: begin, reserve, commit, durable.
 */

class Process {}

const perRun = 6_000;
const aimPerSecond = 1_500;
const say = (line) => process.stdout.write(`${line}\n`);
const percentile = (sorted, p) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0).toFixed(1);

/** Calls `work` `perRun` times from so many clients, prints what it took and gives the calls per second. */
async function measure(name, clients, work) {
  const tookMs = [];
  let next = 0;
  const startedMs = performance.now();
  const client = async () => {
    while (next < perRun) {
      const i = next++;
      const beganMs = performance.now();
      await work(i);
      tookMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - startedMs) / 1_000;
  tookMs.sort((a, b) => a - b);
  const perSecond = perRun / seconds;
  say(`${name.padEnd(8)} ${String(clients).padStart(3)} clients  ${perSecond.toFixed(0).padStart(6)}/s  p50 ${percentile(tookMs, 0.5)} ms  p99 ${percentile(tookMs, 0.99)} ms`);
  return perSecond;
}

async function bench(url) {
  const settings = { url: new Secret(url), poolMax: 48 };
  execFileSync(process.execPath, [fileURLToPath(new URL('../../apps/api/dist/main.js', import.meta.url)), 'migrate'], { env: { ...process.env, DATABASE_URL: url } });
  const logger = createLogger({ app: 'bench', level: 'error' });
  // The log's keys of persons have a folder; the bench seals nothing under them.
  const providers = [{ provide: CONFIG, useValue: { SUBJECT_KEYS_DIR: join(tmpdir(), 'flux-bench-subject-keys') } }, { provide: LOGGER, useValue: logger }, { provide: METRICS, useValue: createMetrics() }];
  const given = { module: Process, global: true, providers, exports: providers };
  const app = await NestFactory.createApplicationContext({ module: Process, imports: [given, DatabaseModule.connect(settings), QuotasModule] }, { logger: false, abortOnError: false });
  const [quotas, transactions] = [app.get(QuotaService), app.get(Transactions)];
  const personId = newId('person');
  await transactions.manager.query(`insert into people (id, name, email, role, seated) values ($1, 'Bench', $1 || '@example.test', 'member', true)`, [personId]);
  await transactions.run((tx) => app.get(AllowanceService).addPack(tx, { purchaseId: newId('event'), edits: perRun * 10 }));
  let best = 0;
  for (const clients of [1, 16, 32, 48]) {
    const edits = Array.from({ length: perRun }, () => newId('edit'));
    best = Math.max(best, await measure('reserve', clients, (i) => transactions.run((tx) => quotas.reserve(tx, { editId: edits[i], personId }))));
    await measure('commit', clients, (i) => transactions.run((tx) => quotas.commit(tx, edits[i])));
  }
  say(`aim: at least ${aimPerSecond} reserves/s on one account: ${best >= aimPerSecond ? 'met' : 'MISSED'}`);
  await app.get(QuotaKeeper).check();
  say(`violations ${String((await app.get(QuotaKeeper).figures()).violations)}`);
  await app.close();
}

const [, , url] = process.argv;
if (url !== undefined) await bench(url);
else {
  const home = mkdtempSync(join(tmpdir(), 'flux-bench-'));
  const server = await startPostgres({ directory: join(home, 'postgres'), password: newId('event') });
  try {
    await bench(server.url);
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
