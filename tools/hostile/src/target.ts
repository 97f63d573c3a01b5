import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@flux-context/runtime';

/** What is attacked: a running appliance and a credential of its owner. */
export interface Target {
  readonly url: string;
  readonly apiKey: string;
}

export interface OwnTarget extends Target {
  /** Where the worker's figures are served. */
  readonly workerMetricsUrl: string;
  stop(): Promise<void>;
}

/** What is asked is of interest here, not how often. */
const unlimited = { REQUESTS_PER_PERSON_MINUTE: '10000000', REQUESTS_PER_ADDRESS_MINUTE: '10000000' };

/** The appliance as `npm start` starts it, in a data folder and on ports of its own. */
export async function startTarget(): Promise<OwnTarget> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hostile-'));
  const workerMetricsPort = await freePort();
  const env = { ...process.env, DATA_DIR: dataDirectory, HTTP_PORT: '0', METRICS_PORT: '0', WORKER_METRICS_PORT: `${workerMetricsPort}`, REDELIVERY_SECONDS: '5', ...unlimited };
  const child = spawn(process.execPath, ['tools/prepare.mjs', 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await isReady(child);
  const { apiKey } = JSON.parse(readFileSync(join(dataDirectory, 'local-credential.json'), 'utf8')) as { apiKey: string };
  const stop = async () => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  return { url, apiKey, workerMetricsUrl: `http://127.0.0.1:${workerMetricsPort}/metrics`, stop };
}

function isReady(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const found = /^ready (\S+)/m.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (status) => reject(new Error(`The appliance ended with ${status}.\n${output}`)));
  });
}
