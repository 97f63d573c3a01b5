import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, configSchema } from '../config.js';

/** For specs: where the processes on this database keep the keys of their people. */
export const subjectKeysOf = (databaseUrl: string): string => path.join(tmpdir(), `subject-keys-${path.basename(new URL(databaseUrl).pathname)}`);

/** For specs: a configuration with everything that has no default. */
export const settingsFor = (databaseUrl: string, more: Readonly<Record<string, string>> = {}): Config =>
  configSchema.parse({
    DATABASE_URL: databaseUrl,
    INTERNAL_PORT: '0',
    POOLS: JSON.stringify([{ name: 'shared', credential: 'c'.repeat(32) }]),
    PEER_CREDENTIAL: 'p'.repeat(32),
    IDEMPOTENCY_SECRET: 'i'.repeat(32),
    AUDIT_KEY: Buffer.alloc(32, 'a').toString('base64url'),
    SUBJECT_KEYS_DIR: subjectKeysOf(databaseUrl),
    RECEIPT_KEY: Buffer.alloc(32, 'r').toString('base64url'),
    ...more,
  });
