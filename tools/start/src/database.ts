import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { prepareQueueSchema } from '@flux-context/queue';

export interface QueueAccess {
  readonly schema: string;
  /** With the role of the pool's workers, which can touch nothing but the pool's queues. */
  readonly workerUrl: string;
}

/** Brings tables and queues up to date, by the same commands as in production. */
export async function prepareDatabase(url: string, options: { migrateScript: string; pool: string; workerPassword: string; env: Readonly<Record<string, string>> }): Promise<QueueAccess> {
  await promisify(execFile)(process.execPath, [options.migrateScript, 'migrate'], { env: { ...options.env, DATABASE_URL: url } });
  const role = `queue_${options.pool}`;
  const schema = `queue_${options.pool}`;
  await prepareQueueSchema(url, { schema, role, password: options.workerPassword });
  const workerUrl = new URL(url);
  workerUrl.username = role;
  workerUrl.password = options.workerPassword;
  return { schema, workerUrl: workerUrl.href };
}
