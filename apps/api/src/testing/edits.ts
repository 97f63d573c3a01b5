import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { newId, rolePermissions, type Principal } from '@flux-context/contracts';
import { prepareQueueSchema } from '@flux-context/queue';
import { createLogger, createMetrics } from '@flux-context/runtime';
import type { INestApplication } from '@nestjs/common';
import { AppModule } from '../app.module.js';
import { configSchema } from '../config.js';
import { Transactions } from '../database/index.js';
import { createApp, type Credentials, PrincipalSources } from '../http/index.js';
import { apiDatabase } from './database.js';
import { subjectKeysOf } from './settings.js';
import { freePort } from '@flux-context/runtime';

export const poolCredentials = { shared: randomBytes(32).toString('hex'), legal: randomBytes(32).toString('hex') };

/** A PNG of one pixel: what the door looks at, not what it shows, matters in these specs. */
export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');

const vendorKeys = fileURLToPath(new URL('../../../../tools/entitlement/evaluation/keys', import.meta.url));

export interface EditsRoom {
  readonly app: INestApplication;
  readonly databaseUrl: string;
  readonly internalUrl: string;
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** For specs: the whole API on a database of its own; a bearer `person:<id>` is that person, who exists. */
export async function editsRoom(settings: Readonly<Record<string, string>> = {}, on?: { databaseUrl: string }): Promise<EditsRoom> {
  const database = on ? undefined : await apiDatabase();
  const databaseUrl = on?.databaseUrl ?? database!.url;
  for (const pool of ['shared', 'legal']) await prepareQueueSchema(databaseUrl, { schema: `queue_${pool}`, role: `queue_${pool}`, password: 'worker' });
  const internalPort = await freePort();
  const internalUrl = `http://127.0.0.1:${internalPort}`;
  const config = configSchema.parse({
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_MAX: '6',
    DRAIN_SECONDS: '1',
    INTERNAL_PORT: String(internalPort),
    INTERNAL_URL: internalUrl,
    POOLS: JSON.stringify([
      { name: 'shared', credential: poolCredentials.shared },
      { name: 'legal', private: true, credential: poolCredentials.legal },
    ]),
    PEER_CREDENTIAL: 'peer-credential-of-this-spec-only-0123456789',
    IDEMPOTENCY_SECRET: 'idempotency-secret-of-this-spec-0123456789',
    AUDIT_KEY: randomBytes(32).toString('base64url'),
    SUBJECT_KEYS_DIR: subjectKeysOf(databaseUrl),
    RECEIPT_KEY: randomBytes(32).toString('base64url'),
    ENTITLEMENT_KEYS: vendorKeys,
    ...settings,
  });
  const logger = createLogger({ app: 'api', level: 'silent' });
  const app = await createApp(AppModule.of({ config, logger, metrics: createMetrics() }), { logger, https: false });
  app.get(PrincipalSources).register({ recognise: async (credentials) => personOf(credentials) });
  await app.listen(0, '127.0.0.1');
  const { manager } = app.get(Transactions);
  return {
    app,
    databaseUrl,
    internalUrl,
    query: (sql, values = []) => manager.query(sql, values),
    close: async () => {
      await app.close();
      await database?.drop();
    },
  };
}

function personOf({ bearer }: Credentials): Principal | undefined {
  const personId = /^person\.(per_[0-9a-f]{32})$/.exec(bearer ?? '')?.[1];
  if (personId === undefined) return undefined;
  return { personId, role: 'member', permissions: new Set(rolePermissions.member), via: { kind: 'api_key', apiKeyId: newId('apiKey') } };
}

/** A person who edits: without a seat, so with three trial edits. */
export class EditCaller {
  private constructor(
    private readonly room: EditsRoom,
    readonly personId: string,
    private readonly url: string,
  ) {}

  static async join(room: EditsRoom): Promise<EditCaller> {
    const personId = newId('person');
    await room.query(`INSERT INTO people (id, name, email, role, seated) VALUES ($1, 'Caller', $1 || '@example.test', 'member', false)`, [personId]);
    return new EditCaller(room, personId, await room.app.getUrl());
  }

  /** The same person at another API process. */
  at(room: EditsRoom): Promise<EditCaller> {
    return room.app.getUrl().then((url) => new EditCaller(this.room, this.personId, url));
  }

  edit(init: { image?: Uint8Array; instruction?: string; fields?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>>; signal?: AbortSignal } = {}): Promise<Response> {
    const form = new FormData();
    form.set('image', new Blob([(init.image ?? png).slice()]), 'picture.png');
    form.set('instruction', init.instruction ?? 'make it black and white');
    for (const [name, value] of Object.entries(init.fields ?? {})) form.set(name, value);
    return this.call('POST', '/v1/edits', { headers: init.headers ?? {}, body: form, ...(init.signal && { signal: init.signal }) });
  }

  get(path: string): Promise<Response> {
    return this.call('GET', path);
  }

  call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, method, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer person.${this.personId}` } });
  }
}
