import type { Person, Role } from '@flux-context/contracts';
import { createLogger, createMetrics } from '@flux-context/runtime';
import type { TestDatabase } from '@flux-context/testkit';
import type { INestApplication } from '@nestjs/common';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { AppModule } from '../app.module.js';
import { isHttps } from '../config.js';
import { Transactions } from '../database/index.js';
import { createApp } from '../http/index.js';
import { SeatService } from '../seats/index.js';
import { SignInService } from '../sessions/index.js';
import { apiDatabase } from './database.js';
import { settingsFor } from './settings.js';

export interface RunningApi {
  readonly app: INestApplication;
  readonly server: App;
  readonly database: TestDatabase;
  readonly transactions: Transactions;
  readonly owner: Person;
  /** Everything that was logged so far. */
  logged(): string;
  /** A new person of this role, with a seat. */
  person(role: Role): Promise<Person>;
  /** Headers of a browser of the portal in which this person is signed in. */
  signedIn(person: Person): Promise<Record<string, string>>;
  /** A one-time link's secret. */
  invitation(person: Person): Promise<string>;
  auditNames(): Promise<string[]>;
  close(): Promise<void>;
}

/** For specs: the real application on a database of its own, or on that of another, with seats to spare. */
export async function startApi(env: Readonly<Record<string, string>> = {}, beside?: RunningApi): Promise<RunningApi> {
  const database = beside?.database ?? (await apiDatabase());
  const lines: string[] = [];
  const logger = createLogger({ app: 'api', level: 'info', destination: { write: (line) => lines.push(line) } });
  const config = settingsFor(database.url, { DATABASE_POOL_MAX: '6', ...env });
  const app = await createApp(AppModule.of({ config, logger, metrics: createMetrics() }), { logger, https: isHttps(config), trustedProxies: config.TRUSTED_PROXIES, portal: config.PORTAL_DIR });
  const server = app.getHttpServer() as App;
  const transactions = app.get(Transactions);
  const seats = app.get(SeatService, { strict: false });
  const signIn = app.get(SignInService, { strict: false });
  const owner = await seats.firstOwner();
  await transactions.run((tx) => seats.setLimit(tx, 1_000));
  let people = 0;

  const invitation = async (person: Person) => {
    const { url } = await signIn.invite({ personId: owner.id, role: 'owner' }, person.id);
    return url.slice(url.indexOf('#sign-in=') + '#sign-in='.length);
  };
  return {
    app, server, database, transactions, owner, invitation,
    logged: () => lines.join(''),
    person: (role) => seats.create({ personId: owner.id, role: 'owner' }, { name: `Person ${++people}`, email: `person${people}@example.test`, role, seated: true }),
    signedIn: async (person) => {
      const answer = await request(server).post('/v1/sessions').set('X-Flux-Request', '1').send({ token: await invitation(person) }).expect(201);
      return { Cookie: (answer.get('Set-Cookie') ?? [])[0]?.split(';')[0] ?? '', 'X-Flux-Request': '1', 'Sec-Fetch-Site': 'same-origin' };
    },
    auditNames: async () => (await transactions.manager.query<{ name: string }[]>('select name from audit_outbox order by id')).map(({ name }) => name),
    close: async () => {
      await app.close();
      if (beside === undefined) await database.drop();
    },
  };
}
