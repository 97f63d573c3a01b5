import { type Actor, type AuditEventName, type AuditEventOf, auditEvents, newId, type Person } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { AuditRepository } from './audit.repository.js';
import { canonicalJson } from '@flux-context/tree';
import { PersonalRecords } from './personal-records.js';

@Injectable()
export class AuditService {
  constructor(
    private readonly outbox: AuditRepository,
    private readonly personal: PersonalRecords,
  ) {}

  /**
   * Writes the event in the caller's transaction: no event, no commit. A payload that says anything beyond its schema is a
   * fault of ours and throws, so that content cannot slip in. What `about` is called now is kept beside the event, erasable,
   * and not in it. Returns the event's id.
   */
  async append<N extends AuditEventName>(tx: Tx, name: N, payload: AuditEventOf<N>, actor: Actor, about?: Pick<Person, 'id' | 'name' | 'email'>): Promise<string> {
    const createdAt = new Date();
    const eventId = newId('event', createdAt.getTime());
    const said = auditEvents[name].parse(payload);
    const actorId = actor.kind === 'person' ? actor.personId : null;
    const event = { version: 1, id: eventId, at: createdAt.toISOString(), name, actor: { kind: actor.kind, ...(actorId === null ? {} : { personId: actorId }) }, payload: said };
    await this.outbox.insert(tx, { eventId, name, actorKind: actor.kind, actorId, body: Buffer.from(canonicalJson(event), 'utf8'), createdAt });
    if (about !== undefined) await this.personal.keep(tx, eventId, about);
    return eventId;
  }
}
