import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@flux-context/contracts';
import { startPostgres } from '@flux-context/embedded-postgres';
import { createLogger, Secret } from '@flux-context/runtime';
import { NestFactory } from '@nestjs/core';
import { AuditLogRepository } from '../../apps/api/dist/audit/audit-log.repository.js';
import { AuditModule, AuditService } from '../../apps/api/dist/audit/index.js';
import { CheckpointSigner } from '../../apps/api/dist/audit/checkpoint-signer.js';
import { Sequencer } from '../../apps/api/dist/audit/sequencer.js';
import { CONFIG } from '../../apps/api/dist/process.js';
import { DatabaseModule, Transactions } from '../../apps/api/dist/database/index.js';

/*
 * How fast the audit log is: `npm run bench -- audit`, or `node tools/benchmarks/audit.mjs [database url]` after a build. Without a URL it starts a server of
 * its own. First the sequencer alone on a backlog; then beside a feeder that commits a fixed number of events a second, with
 * the lag sampled; then appends as in life, each in a transaction of its own, through the service.
 */

class Process {}

const backlog = 50_000;
const ratePerSecond = 6_000;
const feedSeconds = 20;
const beatMs = 100;
const aim = { eventsPerSecond: 5_000, lagSeconds: 2 };

const say = (line) => process.stdout.write(`${line}\n`);
const percentile = (figures, p) => figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * p))] ?? 0;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (sinceMs) => (performance.now() - sinceMs) / 1_000;

/** Events of the usual length, in one transaction. */
const feed = (manager, count) =>
  manager.query(
    `insert into audit_outbox (event_id, name, actor_kind, body, created_at)
     select gen_random_uuid()::text, 'edit.accepted', 'system', convert_to(repeat('x', 180) || gen_random_uuid(), 'utf8'), clock_timestamp() from generate_series(1, $1)`,
    [count],
  );

async function measureDraining({ manager }, sequencer) {
  for (let left = backlog; left > 0; left -= 5_000) await feed(manager, 5_000);
  const startedMs = performance.now();
  await sequencer.turn();
  say(`sequencer alone     ${(backlog / seconds(startedMs)).toFixed(0).padStart(6)} events/s over ${backlog}`);
}

async function measureLag({ manager }, log, sequencer) {
  sequencer.onApplicationBootstrap();
  const lags = [];
  const startedMs = performance.now();
  let fed = 0;
  while (seconds(startedMs) < feedSeconds) {
    const due = Math.floor(seconds(startedMs) * ratePerSecond) - fed;
    if (due > 0) await feed(manager, due);
    fed += Math.max(due, 0);
    lags.push((await log.standing(manager)).lagSeconds ?? 0);
    await pause(beatMs);
  }
  const rate = fed / seconds(startedMs);
  await sequencer.onApplicationShutdown();
  say(`beside a feeder     ${rate.toFixed(0).padStart(6)} events/s for ${feedSeconds} s  lag p50 ${percentile(lags, 0.5).toFixed(2)} s  p99 ${percentile(lags, 0.99).toFixed(2)} s`);
  const met = rate >= aim.eventsPerSecond && percentile(lags, 0.99) <= aim.lagSeconds;
  say(`aim: at least ${aim.eventsPerSecond} events/s with a lag of at most ${aim.lagSeconds} s (p99): ${met ? 'met' : 'MISSED'}`);
}

async function measureAppending(transactions, audit, clients) {
  const perRun = 4_000;
  let next = 0;
  const startedMs = performance.now();
  const client = async () => {
    while (next++ < perRun) await transactions.run((tx) => audit.append(tx, 'edit.erased', { editId: newId('edit'), parcels: 'overwritten', sandboxEnded: true }, { kind: 'system' }));
  };
  await Promise.all(Array.from({ length: clients }, client));
  say(`append, ${String(clients).padStart(2)} clients  ${(perRun / seconds(startedMs)).toFixed(0).padStart(6)} transactions/s, one event each`);
}

async function bench(url) {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../apps/api/dist/main.js', import.meta.url)), 'migrate'], { env: { ...process.env, DATABASE_URL: url }, stdio: 'ignore' });
  const providers = [{ provide: CONFIG, useValue: { SUBJECT_KEYS_DIR: join(tmpdir(), 'flux-bench-subject-keys') } }];
  const given = { module: Process, global: true, providers, exports: providers };
  const app = await NestFactory.createApplicationContext({ module: Process, imports: [given, DatabaseModule.connect({ url: new Secret(url), poolMax: 32 }), AuditModule] }, { logger: false, abortOnError: false });
  const transactions = app.get(Transactions);
  const log = new AuditLogRepository();
  const signer = new CheckpointSigner('bench/audit', new Secret(randomBytes(32).toString('base64url')));
  const sequencer = new Sequencer(log, signer, transactions, createLogger({ app: 'bench', level: 'error' }));
  say(`load ${loadavg().map((figure) => figure.toFixed(1)).join(' ')} at the start`);
  await measureDraining(transactions, sequencer);
  await measureLag(transactions, log, sequencer);
  for (const clients of [1, 16, 32]) await measureAppending(transactions, app.get(AuditService), clients);
  say(`load ${loadavg().map((figure) => figure.toFixed(1)).join(' ')} at the end`);
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
