import { type ApiKey, newId, type Permission, permissionsOfPeopleOnly, type Principal, rolePermissions } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Transactions, type Tx } from '../database/index.js';
import { SeatService } from '../seats/index.js';
import type { ApiKeyRow } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { hashApiKey, isApiKeySecret, newApiKeySecret } from './api-key-secret.js';

const touchMs = 60_000;
const dayMs = 86_400_000;

export interface ApiKeyDraft {
  readonly label: string;
  readonly permissions: readonly Permission[];
  readonly expiresInDays: number | null;
}

const apiKeyOf = ({ id, label, permissions, hint, createdAt, expiresAt, lastUsedAt }: ApiKeyRow): ApiKey => ({
  id, label, permissions, hint, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null, lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

@Injectable()
export class ApiKeyService {
  constructor(
    private readonly transactions: Transactions,
    private readonly keys: ApiKeyRepository,
    private readonly seats: SeatService,
    private readonly audit: AuditService,
  ) {
    const revokeAll = async (tx: Tx, personId: string) => this.noteRevoked(tx, await keys.removeAllOf(tx, personId));
    // A key's label is its person's own words.
    seats.onErased(revokeAll);
    seats.onOwner(revokeAll);
  }

  /** Who a key stands for, and what it allows: what it was given, cut down to what its person may do now and to what a key may. */
  async recognise(secret: string): Promise<Principal | undefined> {
    if (!isApiKeySecret(secret)) return undefined;
    const key = await this.keys.findBySecret(this.transactions.manager, hashApiKey(secret));
    if (key === undefined || (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now())) return undefined;
    const person = await this.seats.find(key.personId);
    if (person === undefined || !person.active) return undefined;
    this.noteUse(key);
    const allowed = rolePermissions[person.role].filter((permission) => key.local || !permissionsOfPeopleOnly.includes(permission));
    return { personId: person.id, role: person.role, permissions: new Set(key.permissions.filter((permission) => allowed.includes(permission))), via: { kind: 'api_key', apiKeyId: key.id } };
  }

  async list(personId: string): Promise<ApiKey[]> {
    return (await this.keys.listOf(this.transactions.manager, personId)).map(apiKeyOf);
  }

  /** Issues a key. It cannot be given more than `by` may do, nor for longer, who may himself be a key with less than its person. */
  async create(by: Principal, draft: ApiKeyDraft): Promise<ApiKey & { secret: string }> {
    const grantable = (permission: Permission) => by.permissions.has(permission) && !permissionsOfPeopleOnly.includes(permission);
    if (!draft.permissions.every(grantable)) throw new CodedError('api_key.scope');
    return this.transactions.run(async (tx) => {
      const person = await this.seats.present(tx, by.personId);
      // Recognised as what he is no more.
      if (person?.role !== by.role) throw new CodedError('principal.missing');
      const maker = by.via.kind === 'api_key' ? await this.keys.find(tx, by.via.apiKeyId) : undefined;
      if (by.via.kind === 'api_key' && maker === undefined) throw new CodedError('principal.missing');
      return this.issue(tx, by.personId, draft, { endsAt: maker?.expiresAt ?? null });
    });
  }

  /** Replaces the key of programs on this machine. */
  async replaceLocal(personId: string, draft: ApiKeyDraft): Promise<string> {
    return this.transactions.run(async (tx) => {
      await this.noteRevoked(tx, await this.keys.removeLocal(tx));
      return (await this.issue(tx, personId, draft, { local: true })).secret;
    });
  }

  async revoke(personId: string, apiKeyId: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (!(await this.keys.remove(tx, personId, apiKeyId))) throw new CodedError('api_key.not_found');
      await this.audit.append(tx, 'api_key.revoked', { apiKeyId }, { kind: 'person', personId });
    });
  }

  /** It ends with the key that made it at the latest, at `endsAt`. */
  private async issue(tx: Tx, personId: string, { label, permissions, expiresInDays }: ApiKeyDraft, { local = false, endsAt = null }: { local?: boolean; endsAt?: Date | null }): Promise<ApiKey & { secret: string }> {
    const secret = newApiKeySecret();
    const createdAt = new Date();
    const ends = [endsAt?.getTime() ?? Infinity, expiresInDays === null ? Infinity : createdAt.getTime() + expiresInDays * dayMs];
    const row: ApiKeyRow = {
      id: newId('apiKey'), secretHash: hashApiKey(secret), personId, label, hint: secret.slice(-4), permissions: [...new Set(permissions)], local, createdAt,
      expiresAt: Math.min(...ends) === Infinity ? null : new Date(Math.min(...ends)), lastUsedAt: null,
    };
    await this.keys.insert(tx, row);
    await this.audit.append(tx, 'api_key.created', { apiKeyId: row.id, permissions: row.permissions }, local ? { kind: 'system' } : { kind: 'person', personId });
    return { ...apiKeyOf(row), secret };
  }

  private async noteRevoked(tx: Tx, apiKeyIds: readonly string[]): Promise<void> {
    for (const apiKeyId of apiKeyIds) await this.audit.append(tx, 'api_key.revoked', { apiKeyId }, { kind: 'system' });
  }

  /** Once a minute at most and never waited for: when it cannot be written, the next use will be. */
  private noteUse({ id, lastUsedAt }: ApiKeyRow): void {
    if (lastUsedAt !== null && Date.now() - lastUsedAt.getTime() < touchMs) return;
    void this.keys.touch(this.transactions.manager, id).catch(() => undefined);
  }
}
