import { z } from 'zod';
import { errorCodes } from './errors.js';
import { engine } from './edits.js';
import { grantKind } from './quotas.js';
import { idOf } from './ids.js';
import { modelId } from './models.js';
import { permission, role } from './permissions.js';

const editId = idOf('edit');
const personId = idOf('person');

/**
 * Every audit event and what it says. Pseudonymous ids and closed sets only: never a name, an address or content. Names stand
 * beside some events, where they can be erased: see `personalFields`.
 * An event is one row of the outbox, in the transaction of what it tells; no event, no commit.
 */
export const auditEvents = {
  'appliance.started': z.strictObject({ version: z.string() }),
  'person.created': z.strictObject({ subject: personId, role }),
  'person.changed': z.strictObject({ subject: personId, role: role.optional(), seated: z.boolean().optional() }),
  'person.deactivated': z.strictObject({ subject: personId }),
  'person.erased': z.strictObject({ subject: personId }),
  'person.invited': z.strictObject({ subject: personId }),
  'session.opened': z.strictObject({ sessionId: idOf('session') }),
  'session.closed': z.strictObject({ sessionId: idOf('session') }),
  'session.refused': z.strictObject({ count: z.int() }),
  'api_key.created': z.strictObject({ apiKeyId: idOf('apiKey'), permissions: z.array(permission) }),
  'api_key.revoked': z.strictObject({ apiKeyId: idOf('apiKey') }),
  'entitlement.imported': z.strictObject({ entitlementId: idOf('entitlement'), seats: z.int(), monthlyEdits: z.int() }),
  'quota.granted': z.strictObject({ grantId: idOf('grant'), kind: grantKind, amount: z.int() }),
  'quota.expired': z.strictObject({ grantId: idOf('grant'), amount: z.int() }),
  'quota.refunded': z.strictObject({ grantId: idOf('grant'), amount: z.int() }),
  'quota.refused': z.strictObject({ count: z.int() }),
  'edit.accepted': z.strictObject({ editId, engine, pool: z.string(), private: z.boolean() }),
  'edit.completed': z.strictObject({ editId, engine, isolation: z.string() }),
  'edit.failed': z.strictObject({ editId, code: z.enum(errorCodes) }),
  'edit.erased': z.strictObject({
    editId,
    /** Whether the holder overwrote the parcels itself, or was lost with them. */
    parcels: z.enum(['overwritten', 'lost']),
    sandboxEnded: z.boolean(),
    /** SHA-256 of the receipt's text. Absent when nobody observed the whole deletion: then there is no receipt. */
    receiptSha256: z.string().regex(/^[0-9a-f]{64}$/).optional(),
  }),
  'goodwill.granted': z.strictObject({ editId, grantId: idOf('grant') }),
  'pool.key_published': z.strictObject({ pool: z.string(), epoch: z.string() }),
  'model.licence_accepted': z.strictObject({ model: modelId, licence: z.string(), referenceSha256: z.string() }),
  'model.licence_withdrawn': z.strictObject({ model: modelId }),
  'worker.registered': z.strictObject({ workerId: idOf('worker'), pool: z.string(), isolation: z.string() }),
} as const;
export type AuditEventName = keyof typeof auditEvents;
export type AuditEventOf<N extends AuditEventName> = z.infer<(typeof auditEvents)[N]>;

export const actorKinds = ['person', 'system'] as const;
/** Who caused it: a person, or the appliance itself. */
export type Actor = { readonly kind: 'person'; readonly personId: string } | { readonly kind: 'system' };
