import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { startPostgres, type PostgresServer } from '@flux-context/embedded-postgres';
import { freePort, isFreePort } from '@flux-context/runtime';
import { takeDataFolder } from './data-folder.js';
import { prepareDatabase, type DatabaseAccess } from './database.js';
import { SecretFiles } from './secret-files.js';
import type { Settings } from './settings.js';
import { Supervised } from './supervised.js';

const app = (path: string) => fileURLToPath(new URL(`../../../apps/${path}`, import.meta.url));

/** The evaluation entitlement and the key that signed it; another one is named by ENTITLEMENT_FILE and ENTITLEMENT_KEYS. */
const evaluation = (path: string) => fileURLToPath(new URL(`../../entitlement/evaluation/${path}`, import.meta.url));

/** The pool of the embedded form, whose one worker runs beside the API. */
const pool = 'shared';

export interface Ready {
  readonly url: string;
  readonly signInUrl: string;
  readonly seconds: number;
}

/**
 * The embedded form: PostgreSQL, the API and one worker as children of this process, on loopback. The same programs as in
 * production with other parts around them; only this file knows how they are put together here.
 */
export class Appliance {
  private postgres: PostgresServer | undefined;
  private programs: Supervised[] = [];
  private databaseLost = false;

  constructor(private readonly settings: Settings) {}

  /** Starts everything and waits until an edit can be made. `gaveUp` is told when a part does not stay up. */
  async start(gaveUp: (reason: string) => void): Promise<Ready> {
    const startedMs = performance.now();
    const { dataDirectory } = this.settings;
    takeDataFolder(dataDirectory);
    await this.checkPorts();
    const secrets = new SecretFiles(join(dataDirectory, 'secrets'));
    const password = secrets.read('database-password');
    this.postgres = await startPostgres({ directory: join(dataDirectory, 'postgres'), password });
    void this.postgres.ended.then(() => this.loseDatabase(gaveUp));
    const passwords = { app: secrets.read('app-password'), sequencer: secrets.read('sequencer-password'), worker: secrets.read(`queue-password-${pool}`) };
    const database = await prepareDatabase(this.postgres.url, { migrateScript: app('api/dist/main.js'), pool, passwords, env: this.settings.passedOn });

    const httpPort = this.settings.HTTP_PORT === 0 ? await freePort() : this.settings.HTTP_PORT;
    const internalPort = await freePort();
    const url = `http://127.0.0.1:${httpPort}`;
    const credentialFile = join(dataDirectory, 'local-credential.json');
    this.run('api', 'api/dist/main.js', gaveUp, this.apiEnvironment({ url, httpPort, internalPort, credentialFile, database, secrets }));
    await this.answers(`${url}/healthz`);
    this.run('worker', 'gpu-worker/dist/main.js', gaveUp, this.workerEnvironment({ internalPort, database, secrets }));
    await this.takesEdits(url, credentialFile);
    return { url, signInUrl: await signInLink(url, credentialFile), seconds: (performance.now() - startedMs) / 1_000 };
  }

  private loseDatabase(gaveUp: (reason: string) => void): void {
    this.databaseLost = true;
    gaveUp('PostgreSQL has ended');
  }

  async stop(): Promise<void> {
    // Without a database there is nothing that could be ended in order.
    for (const program of this.programs.toReversed()) await program.stop(this.databaseLost ? 1_000 : undefined);
    await this.postgres?.stop();
  }

  /** Said before anything is started, because the parts themselves could only say it in their logs. */
  private async checkPorts(): Promise<void> {
    for (const name of ['HTTP_PORT', 'METRICS_PORT', 'WORKER_METRICS_PORT'] as const) {
      const port = this.settings[name];
      const host = name === 'HTTP_PORT' ? this.settings.HTTP_HOST : '127.0.0.1';
      if (port !== 0 && !(await isFreePort(port, host))) throw new Error(`Port ${port} is in use by another program. Set ${name} to a free one, or to 0 for any.`);
    }
  }

  private run(name: string, script: string, gaveUp: (reason: string) => void, env: Record<string, string>): void {
    const program = new Supervised({ name, script: app(script), env, logFile: join(this.settings.dataDirectory, 'logs', `${name}.log`), preload: this.settings.PRELOAD }, gaveUp);
    this.programs.push(program);
    program.start();
  }

  private apiEnvironment(parts: { url: string; httpPort: number; internalPort: number; credentialFile: string; database: DatabaseAccess; secrets: SecretFiles }): Record<string, string> {
    const { secrets } = parts;
    const { passedOn } = this.settings;
    return {
      DATABASE_URL: parts.database.appUrl,
      SEQUENCER_DATABASE_URL: parts.database.sequencerUrl,
      HTTP_HOST: this.settings.HTTP_HOST,
      HTTP_PORT: String(parts.httpPort),
      PUBLIC_URL: parts.url,
      INTERNAL_HOST: '127.0.0.1',
      INTERNAL_PORT: String(parts.internalPort),
      INTERNAL_URL: `http://127.0.0.1:${parts.internalPort}`,
      METRICS_PORT: String(this.settings.METRICS_PORT),
      // Model edits are offered as soon as a model is there: also one that is imported later.
      POOLS: JSON.stringify([{ name: pool, private: false, engines: ['exact', 'diffusion'], credential: secrets.read(`pool-credential-${pool}`) }]),
      PEER_CREDENTIAL_FILE: secrets.file('peer-credential'),
      IDEMPOTENCY_SECRET_FILE: secrets.file('idempotency-secret'),
      AUDIT_KEY_FILE: secrets.file('audit-key'),
      SUBJECT_KEYS_DIR: join(this.settings.dataDirectory, 'subject-keys'),
      RECEIPT_KEY_FILE: secrets.file('receipt-key'),
      PORTAL_DIR: app('portal/dist'),
      LOCAL_CREDENTIAL_FILE: parts.credentialFile,
      ENTITLEMENT_KEYS: evaluation('keys'),
      ENTITLEMENT_FILE: evaluation('entitlement.json'),
      ...passedOn,
      LOG_LEVEL: this.settings.LOG_LEVEL,
    };
  }

  private workerEnvironment(parts: { internalPort: number; database: DatabaseAccess; secrets: SecretFiles }): Record<string, string> {
    return {
      ...this.settings.passedOn,
      POOL: pool,
      POOL_CREDENTIAL_FILE: parts.secrets.file(`pool-credential-${pool}`),
      API_INTERNAL_URLS: `http://127.0.0.1:${parts.internalPort}`,
      QUEUE_URL: parts.database.workerUrl,
      QUEUE_SCHEMA: parts.database.schema,
      KEYS_DIR: join(this.settings.dataDirectory, 'keys', pool),
      MODELS_DIR: this.settings.modelsDirectory,
      WORKER_SLOTS: String(this.settings.WORKER_SLOTS ?? availableParallelism()),
      METRICS_PORT: String(this.settings.WORKER_METRICS_PORT),
      LOG_LEVEL: this.settings.LOG_LEVEL,
    };
  }

  private answers(url: string): Promise<void> {
    return this.until(async () => (await fetch(url)).ok);
  }

  /** A worker has announced itself, so that the first edit finds one. */
  private takesEdits(url: string, credentialFile: string): Promise<void> {
    return this.until(async () => {
      const answer = await fetch(`${url}/v1/limits`, { headers: localCredential(credentialFile) });
      return ((await answer.json()) as { engines?: string[] }).engines?.includes('exact') ?? false;
    });
  }

  private async until(holds: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + 60_000;
    while (performance.now() < untilMs) {
      if (await holds().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The appliance did not become ready. See ${join(this.settings.dataDirectory, 'logs')}.`);
  }
}

function localCredential(file: string): { authorization: string } {
  const { apiKey } = JSON.parse(readFileSync(file, 'utf8')) as { apiKey: string };
  return { authorization: `Bearer ${apiKey}` };
}

/** A fresh one-time link for the first owner, asked for with the local credential. */
async function signInLink(url: string, credentialFile: string): Promise<string> {
  const headers = localCredential(credentialFile);
  const me = (await (await fetch(`${url}/v1/me`, { headers })).json()) as { person: { id: string } };
  const link = await fetch(`${url}/v1/admin/people/${me.person.id}/sign-in-link`, { method: 'POST', headers });
  if (!link.ok) throw new Error('The sign-in link could not be made.');
  return ((await link.json()) as { url: string }).url;
}
