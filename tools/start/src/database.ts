import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { prepareQueueSchema } from '@flux-context/queue';

export interface DatabaseAccess {
  /** With the API's role, which owns no table and may only add to the audit log. */
  readonly appUrl: string;
  /** With the role that continues the audit log and can touch nothing else. */
  readonly sequencerUrl: string;
  readonly schema: string;
  /** With the role of the pool's workers, which can touch nothing but the pool's queues. */
  readonly workerUrl: string;
}

interface DatabaseParts {
  readonly migrateScript: string;
  readonly pool: string;
  readonly passwords: { readonly app: string; readonly sequencer: string; readonly worker: string };
  readonly env: Readonly<Record<string, string>>;
}

const appRole = 'flux_app';
const sequencerRole = 'flux_sequencer';

/** Brings tables and queues up to date, by the same commands as in production. */
export async function prepareDatabase(url: string, options: DatabaseParts): Promise<DatabaseAccess> {
  const { app, sequencer, worker } = options.passwords;
  const env = { ...options.env, DATABASE_URL: url, DATABASE_APP_ROLE: appRole, DATABASE_APP_PASSWORD: app, DATABASE_SEQUENCER_ROLE: sequencerRole, DATABASE_SEQUENCER_PASSWORD: sequencer };
  await promisify(execFile)(process.execPath, [options.migrateScript, 'migrate'], { env });
  const role = `queue_${options.pool}`;
  const schema = `queue_${options.pool}`;
  await prepareQueueSchema(url, { schema, role, password: worker, usedBy: appRole });
  return { appUrl: as(url, appRole, app), sequencerUrl: as(url, sequencerRole, sequencer), schema, workerUrl: as(url, role, worker) };
}

const as = (url: string, username: string, password: string): string => Object.assign(new URL(url), { username, password }).href;
