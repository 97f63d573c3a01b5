import { isIP } from 'node:net';
import { engine, poolName } from '@flux-context/contracts';
import { ConfigError, loadConfig, logLevels, nodeOptions, Secret, secret } from '@flux-context/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** An address, or a network as `10.0.0.0/8`. All addresses there are is none: then anybody could say who he is. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (bits === undefined) return version > 0;
  return version > 0 && more.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
const networks = z.string().transform((list) => list.split(',').map((network) => network.trim()))
  .refine((given) => given.every(isNetwork), { error: 'must be addresses or networks, as 10.0.0.0/8, separated by commas' });

const pool = z.strictObject({
  name: poolName,
  private: z.boolean().default(false),
  engines: z.array(engine).min(1).default(['exact']),
  credential: z.string().min(32).transform((text) => new Secret(text)),
});
const pools = secret().transform((json, context) => {
  const parsed = z.array(pool).min(1).safeParse(parseJson(json.reveal()));
  if (parsed.success) return parsed.data;
  context.addIssue('must be a JSON list of pools, each with a name and a credential of at least 32 characters');
  return z.NEVER;
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** 32 random bytes. A note cannot say which of several spellings was meant, so there is one. */
const signingKey = secret().transform((text, context) => {
  const seed = Buffer.from(text.reveal(), 'base64url');
  if (seed.length === 32 && seed.toString('base64url') === text.reveal()) return text;
  context.addIssue('must be 32 bytes as 43 characters of base64url');
  return z.NEVER;
});

/** The deployment's configuration, as docs/operate/configuration.md lists it. Every secret can also be given as `NAME_FILE`. */
export const configSchema = z.object({
  DATABASE_URL: secret().describe('PostgreSQL 15 or newer, `postgres://user@host:5432/name`. A pooler in between must keep prepared statements, as PgBouncer does from 1.21 on.'),
  DATABASE_PASSWORD: secret().optional().describe('Its password, when it is not in the URL.'),
  SEQUENCER_DATABASE_URL: secret().optional().describe("The same database with the sequencer's role, so that no other code of the process can write to the audit log's tree; `DATABASE_URL` when absent. See audit.md."),
  DATABASE_POOL_MAX: whole(2, 200).default(12).describe('Connections that one process opens to the database.'),
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address on which the API and the portal listen.'),
  HTTP_PORT: port.default(8080).describe('Port of the API and the portal.'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin).optional().describe('As browsers reach the appliance; `http://HTTP_HOST:HTTP_PORT` when absent. With `https` cookies are secure only.'),
  TRUSTED_PROXIES: networks.optional().describe('Addresses and networks of the proxies in front, separated by commas; only their `X-Forwarded-For` is believed. Without it all who come through a proxy count as one address.'),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address on which Prometheus figures are served, at `/metrics`.'),
  METRICS_PORT: port.default(9464).describe('Port of the figures.'),
  NODE_OPTIONS: nodeOptions,
  LOG_LEVEL: z.enum(logLevels).default('info').describe('The least that is logged.'),
  PORTAL_DIR: z.string().optional().describe("The portal's built files; without it `/` answers 404."),
  SESSION_IDLE_MINUTES: whole(1, 10_080).default(480).describe('A session that is not used for this long ends.'),
  SESSION_ABSOLUTE_HOURS: whole(1, 720).default(72).describe('A session ends after this time in any case.'),
  OWNER_EMAIL: z.email().default('owner@appliance.local').describe('The first owner, created when there is nobody yet.'),
  OWNER_NAME: z.string().min(1).max(200).default('Owner').describe('The name of the first owner.'),
  ENTITLEMENT_KEYS: z.string().optional().describe("Folder of the vendor's public keys, `<key id>.pem` each; without it no entitlement is trusted."),
  ENTITLEMENT_FILE: z.string().optional().describe('An entitlement to import at start, once.'),
  LOCAL_CREDENTIAL_FILE: z.string().optional().describe('Embedded form only: where the API leaves its address and a fresh key of the first owner for programs on this machine.'),
  INTERNAL_HOST: z.string().default('127.0.0.1').describe('Address of the listener for workers and for other API processes; never reachable from outside.'),
  INTERNAL_PORT: port.default(8081).describe('Its port.'),
  INTERNAL_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8081').describe('As workers and other API processes reach this one.'),
  POOLS: pools.describe('The pools as a JSON list of `{ "name", "credential", "private", "engines" }`; workers show the credential, at least 32 characters.'),
  PEER_CREDENTIAL: secret(32).describe('API processes show it to each other; the same in all of them, at least 32 characters.'),
  IDEMPOTENCY_SECRET: secret(32).describe('Keys the digests of idempotency keys and bodies; the same in all API processes, kept apart from the database, at least 32 characters.'),
  AUDIT_KEY: signingKey.describe('Signs the checkpoints of the audit log: the seed of an Ed25519 key, 32 random bytes as base64url; the same in all API processes, kept apart from the database.'),
  AUDIT_NAME: z.string().regex(/^[^\s+]{1,200}$/).default('appliance.local/audit').describe('Name of the audit log in its checkpoints, as `flux.example.com/audit`. Choose it before the first start; verifiers know the log by it.'),
  AUDIT_RETENTION_DAYS: whole(30, 36_500).optional().describe('Entries of the audit log that are older are let go, and their hashes stay; nothing is when absent. At least `RECEIPT_RETENTION_DAYS`.'),
  SUBJECT_KEYS_DIR: z.string().min(1).describe('Folder of the keys under which names and addresses stand beside the audit log, one file for each person; made when it is not there. The same in all API processes, kept apart from the database and its backups. See audit.md.'),
  RECEIPT_KEY: signingKey.describe('Signs deletion receipts: another seed of the same form, the same in all API processes, kept apart from the database.'),
  RECEIPT_RETENTION_DAYS: whole(1, 36_500).default(400).describe('How long deletion receipts can be fetched; their hashes stay in the audit log.'),
  QUEUE_URL: secret().optional().describe("`redis://…` where scale asks for it; the database's own queue when absent."),
  HEIC_ENABLED: z.stringbool().default(true).describe('Whether HEIC pictures are read; see the note on patents in embedded.md.'),
  PICTURE_BYTES_MAX: whole(1_024, 2 ** 30).default(20_000_000).describe('The largest picture file, in bytes.'),
  PICTURE_PIXELS_MAX: whole(1, 1_000_000_000).default(100_000_000).describe('The most pixels of a picture and of a result.'),
  PARCEL_BYTES_MAX: whole(2 ** 24, 2 ** 40).default(2 * 2 ** 30).describe("What edits in flight may hold in this process's memory, in bytes; beyond it callers get 429 `capacity.parcels`."),
  EDITS_PER_PERSON_MAX: whole(1, 100_000).default(300).describe('Edits that one person may have at once in one API process, uploads among them; beyond it 429 `capacity.person`.'),
  REQUESTS_PER_PERSON_MINUTE: whole(20, 10_000_000).default(6_000).describe('Requests that one person may make in a minute, by all his sessions and keys, over all API processes; beyond it 429 `capacity.requests`.'),
  REQUESTS_PER_ADDRESS_MINUTE: whole(20, 10_000_000).default(600).describe('Requests of nobody known from one address in a minute, signing in among them; beyond it 429 `capacity.address`. Of IPv6 the first 64 bits count.'),
  EVENT_STREAMS_PER_PERSON_MAX: whole(1, 100_000).default(300).describe('Event streams that one person may have open at once in one API process; beyond it 429 `capacity.streams`.'),
  EDIT_DEADLINE_SECONDS: whole(1, 3_600).default(120).describe('An edit that is not finished by then fails with `edit.deadline`.'),
  REDELIVERY_SECONDS: whole(1, 3_600).default(60).describe('How long a result can be read; then it is gone.'),
  DRAIN_SECONDS: whole(0, 3_600).default(10).describe('How long a shutdown waits for edits that run and for results that nobody has read yet.'),
});
export type Config = z.infer<typeof configSchema>;

export const readConfig = (env: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const config = loadConfig(configSchema, env);
  // A receipt is handed out with its entry.
  if ((config.AUDIT_RETENTION_DAYS ?? Infinity) < config.RECEIPT_RETENTION_DAYS) throw new ConfigError(['AUDIT_RETENTION_DAYS: must not be less than RECEIPT_RETENTION_DAYS']);
  return config;
};

const roleName = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);

/** What the command `migrate` needs; the job that runs it gets no other secret. It signs in as the owner of the tables. */
export const migrateSchema = configSchema.pick({ DATABASE_URL: true, DATABASE_PASSWORD: true, NODE_OPTIONS: true, LOG_LEVEL: true }).extend({
  DATABASE_APP_ROLE: roleName.default('flux_app').describe("The API's role: works with the tables, owns none, and may only add to the audit log."),
  DATABASE_APP_PASSWORD: secret(16).optional().describe('Makes both roles, or brings them up to date; needs the other password as well.'),
  DATABASE_SEQUENCER_ROLE: roleName.default('flux_sequencer').describe("The sequencer's role, for `SEQUENCER_DATABASE_URL`."),
  DATABASE_SEQUENCER_PASSWORD: secret(16).optional().describe('Its password.'),
});

export const readDatabaseConfig = (env: Readonly<Record<string, string | undefined>> = process.env) => {
  const config = loadConfig(migrateSchema, env);
  const [app, sequencer] = [config.DATABASE_APP_PASSWORD, config.DATABASE_SEQUENCER_PASSWORD];
  if ((app === undefined) !== (sequencer === undefined)) throw new ConfigError(['DATABASE_APP_PASSWORD and DATABASE_SEQUENCER_PASSWORD: give both, or none']);
  if (app === undefined || sequencer === undefined) return { ...config, roles: undefined };
  return { ...config, roles: { app: { name: config.DATABASE_APP_ROLE, password: app.reveal() }, sequencer: { name: config.DATABASE_SEQUENCER_ROLE, password: sequencer.reveal() } } };
};

/** The address that links and cookies are made for. */
export const publicUrl = (config: Config): string => config.PUBLIC_URL ?? `http://${config.HTTP_HOST}:${config.HTTP_PORT}`;

export const isHttps = (config: Config): boolean => publicUrl(config).startsWith('https:');
