import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@flux-context/runtime';

/** The appliance as `npm start` starts it, in a data folder of its own. */
export interface Measured {
  readonly url: string;
  readonly metricsUrl: string;
  readonly pid: number;
  edit(image: Uint8Array, instruction: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startMeasured(): Promise<Measured> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'benchmark-'));
  const [httpPort, metricsPort, workerMetricsPort] = [await freePort(), await freePort(), await freePort()];
  const env = { ...process.env, DATA_DIR: dataDirectory, HTTP_PORT: `${httpPort}`, METRICS_PORT: `${metricsPort}`, WORKER_METRICS_PORT: `${workerMetricsPort}`, REQUESTS_PER_PERSON_MINUTE: '10000000' };
  const child = spawn(process.execPath, ['tools/prepare.mjs', 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await isReady(child);
  const { apiKey } = JSON.parse(readFileSync(join(dataDirectory, 'local-credential.json'), 'utf8')) as { apiKey: string };
  const url = `http://127.0.0.1:${httpPort}`;
  return {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    pid: child.pid!,
    edit: (image, instruction) => edit(url, apiKey, image, instruction),
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'exit');
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function edit(url: string, apiKey: string, image: Uint8Array, instruction: string): Promise<void> {
  for (;;) {
    const form = new FormData();
    form.set('image', new Blob([image.slice()]), 'picture.jpg');
    form.set('instruction', instruction);
    const answer = await fetch(`${url}/v1/edits`, { method: 'POST', headers: { authorization: `Bearer ${apiKey}` }, body: form });
    const bytes = await answer.arrayBuffer();
    if (answer.ok && bytes.byteLength > 0) return;
    if (answer.status !== 429) throw new Error(`An edit was answered ${answer.status}: ${Buffer.from(bytes).toString('utf8')}`);
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get('retry-after') ?? 1) * 1_000));
  }
}

async function isReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (/^ready /m.test(output)) resolve();
    });
    child.once('exit', (status) => reject(new Error(`The appliance ended with ${status}.\n${output}`)));
  });
}
