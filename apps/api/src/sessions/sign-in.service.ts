import type { Person } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Config, publicUrl } from '../config.js';
import { Transactions } from '../database/index.js';
import { CONFIG } from '../process.js';
import { type Administrator, SeatService } from '../seats/index.js';
import { SessionRepository } from './session.repository.js';
import { hashSecret, newSecret, SessionService } from './session.service.js';

const linkMinutes = 15;

/** One-time links: made for somebody by an administrator, used up by the first who brings them. */
@Injectable()
export class SignInService {
  constructor(
    private readonly transactions: Transactions,
    private readonly links: SessionRepository,
    private readonly sessions: SessionService,
    private readonly seats: SeatService,
    private readonly audit: AuditService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The secret stands behind the `#`, which a browser never sends. */
  async invite(by: Administrator, personId: string): Promise<{ url: string; expiresAt: string }> {
    const secret = newSecret();
    const expiresAt = new Date(Date.now() + linkMinutes * 60_000);
    await this.transactions.run(async (tx) => {
      await this.seats.reachable(tx, by, personId);
      await this.links.putLink(tx, { secretHash: hashSecret(secret), personId, expiresAt });
      await this.audit.append(tx, 'person.invited', { subject: personId }, { kind: 'person', personId: by.personId });
    });
    return { url: `${publicUrl(this.config)}/#sign-in=${secret}`, expiresAt: expiresAt.toISOString() };
  }

  /** Uses a link up and opens a session. An unknown, used, expired or orphaned link is refused alike. */
  async signIn(token: string): Promise<{ person: Person; cookie: string }> {
    const opened = await this.transactions.run(async (tx) => {
      const personId = await this.links.takeLink(tx, hashSecret(token));
      const person = personId === undefined ? undefined : await this.seats.present(tx, personId);
      if (person === undefined) return undefined;
      return { person, ...(await this.sessions.open(tx, person)) };
    });
    if (opened === undefined) throw new CodedError('session.link_invalid');
    return opened;
  }
}
