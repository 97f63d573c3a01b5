import { createHash, randomBytes } from 'node:crypto';
import { newId, type Person, type Principal, rolePermissions } from '@flux-context/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Config, isHttps } from '../config.js';
import { Transactions, type Tx } from '../database/index.js';
import { CONFIG } from '../process.js';
import { SeatService } from '../seats/index.js';
import { SessionRepository } from './session.repository.js';

const cookieName = 'flux_session';

/** A use is recorded once a minute at most, so that reading stays reading. */
const touchSeconds = 60;

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
export const newSecret = (): string => randomBytes(32).toString('base64url');

@Injectable()
export class SessionService {
  constructor(
    private readonly transactions: Transactions,
    private readonly sessions: SessionRepository,
    private readonly seats: SeatService,
    private readonly audit: AuditService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    seats.onOwner((tx, personId) => this.endAllOf(tx, personId));
  }

  /** Over TLS with the prefix that browsers take from this very host only: a page of a neighbouring host cannot slip in a session of its own. */
  get cookieName(): string {
    return isHttps(this.config) ? `__Host-${cookieName}` : cookieName;
  }

  /** Who a cookie stands for. The person is looked up each time: who was deactivated is nobody at once. */
  async recognise(secret: string | undefined): Promise<Principal | undefined> {
    if (secret === undefined) return undefined;
    const session = await this.sessions.find(this.transactions.manager, hashSecret(secret), this.config.SESSION_IDLE_MINUTES);
    if (session === undefined) return undefined;
    const person = await this.seats.find(session.personId);
    if (person === undefined || !person.active) return undefined;
    if (session.unusedSeconds >= touchSeconds) await this.sessions.touch(this.transactions.manager, session.id);
    return { personId: person.id, role: person.role, permissions: new Set(rolePermissions[person.role]), via: { kind: 'session', sessionId: session.id } };
  }

  /** Opens a session with a fresh secret and returns the cookie that carries it. */
  async open(tx: Tx, person: Person): Promise<{ sessionId: string; cookie: string }> {
    const secret = newSecret();
    const sessionId = newId('session');
    const personId = person.id;
    const hours = this.config.SESSION_ABSOLUTE_HOURS;
    await this.sessions.insert(tx, { id: sessionId, secretHash: hashSecret(secret), personId, hours });
    await this.audit.append(tx, 'session.opened', { sessionId }, { kind: 'person', personId }, person);
    return { sessionId, cookie: this.cookie(secret, hours * 3_600) };
  }

  async close(sessionId: string, personId: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (await this.sessions.remove(tx, sessionId)) await this.audit.append(tx, 'session.closed', { sessionId }, { kind: 'person', personId });
    });
  }

  private async endAllOf(tx: Tx, personId: string): Promise<void> {
    for (const sessionId of await this.sessions.removeAllOf(tx, personId)) await this.audit.append(tx, 'session.closed', { sessionId }, { kind: 'system' });
  }

  /** The cookie that removes the other. */
  expiredCookie(): string {
    return this.cookie('', 0);
  }

  private cookie(value: string, maxAgeSeconds: number): string {
    return `${this.cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${isHttps(this.config) ? '; Secure' : ''}`;
  }
}
