import { z } from 'zod';
import { idOf } from './ids.js';
import { defineRoute } from './routes.js';

export const grantKinds = ['trial', 'monthly', 'pack', 'uplift', 'goodwill'] as const;
export const grantKind = z.enum(grantKinds).meta({ id: 'GrantKind' });
export type GrantKind = z.infer<typeof grantKind>;

export const trialEdits = 3;

/** What a person can spend now. All figures are whole edits. */
export const balance = z
  .object({
    account: z.enum(['organisation', 'person']).describe('Seated people spend from the organisation; others have their own trial edits.'),
    available: z.int(),
    pending: z.int().describe('Reserved by edits that run.'),
    used: z.int(),
    granted: z.int(),
    grants: z.array(
      z.object({ id: idOf('grant'), kind: grantKind, amount: z.int(), remaining: z.int(), expiresAt: z.iso.datetime().nullable() }),
    ).describe('In burning order.'),
  })
  .meta({ id: 'Balance' });
export type Balance = z.infer<typeof balance>;

export const quotaEntryKinds = ['grant', 'reserve', 'commit', 'release', 'expire', 'refund'] as const;
export const quotaEntry = z
  .object({
    id: idOf('entry'),
    kind: z.enum(quotaEntryKinds),
    amount: z.int(),
    grantId: idOf('grant').nullable(),
    editId: idOf('edit').nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'QuotaEntry' });
export type QuotaEntry = z.infer<typeof quotaEntry>;

export const quotaRoutes = {
  balance: defineRoute({
    id: 'getBalance', method: 'GET', path: '/v1/balance', tag: 'Quotas', summary: 'Edits left',
    access: { allow: 'balance:read' },
    responses: { 200: { description: 'The balance.', schema: balance } }, errors: ['person.not_found'],
  }),
  entries: defineRoute({
    id: 'listQuotaEntries', method: 'GET', path: '/v1/admin/quotas/{accountId}/entries', tag: 'Quotas', summary: 'Every entry of an account',
    access: { allow: 'quota:read' },
    params: z.object({ accountId: idOf('account') }),
    query: z.object({ after: idOf('entry').optional(), limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
    responses: { 200: { description: 'Entries, oldest first.', schema: z.object({ entries: z.array(quotaEntry), next: idOf('entry').nullable() }).meta({ id: 'QuotaEntryPage' }) } },
    errors: [],
  }),
  accounts: defineRoute({
    id: 'listQuotaAccounts', method: 'GET', path: '/v1/admin/quotas', tag: 'Quotas', summary: 'Accounts and their balances',
    access: { allow: 'quota:read' },
    responses: {
      200: {
        description: 'The organisation first, then people.',
        schema: z.object({ accounts: z.array(z.object({ id: idOf('account'), personId: idOf('person').nullable(), granted: z.int(), posted: z.int(), pending: z.int() })) }).meta({ id: 'QuotaAccounts' }),
      },
    },
    errors: [],
  }),
};

/** What an entitlement says. The signature covers exactly these bytes; see the room `entitlements`. */
export const entitlement = z
  .strictObject({
    version: z.literal(1),
    id: idOf('entitlement'),
    organisation: z.string().min(1).max(200),
    edition: z.enum(['evaluation', 'enterprise']),
    seats: z.int().min(0).max(1_000_000),
    monthlyEdits: z.int().min(0).max(1_000_000_000),
    packs: z.array(z.strictObject({ purchaseId: z.string().min(1).max(100), edits: z.int().min(1).max(1_000_000_000) })).max(100),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    timeZone: z.string().min(1).max(64),
  })
  .meta({ id: 'Entitlement' });
export type Entitlement = z.infer<typeof entitlement>;

/** The signed document: base64url of the JSON bytes and the Ed25519 signature over them, with the id of the vendor key. */
export const entitlementDocument = z
  .strictObject({ keyId: z.string().min(1).max(64), payload: z.string().min(1).max(65_536), signature: z.string().min(1).max(128) })
  .meta({ id: 'EntitlementDocument' });
export type EntitlementDocument = z.infer<typeof entitlementDocument>;

export const entitlementRoutes = {
  list: defineRoute({
    id: 'listEntitlements', method: 'GET', path: '/v1/admin/entitlements', tag: 'Entitlements', summary: 'Imported entitlements',
    access: { allow: 'entitlement:read' },
    responses: { 200: { description: 'Newest first.', schema: z.object({ entitlements: z.array(entitlement) }).meta({ id: 'Entitlements' }) } }, errors: [],
  }),
  import: defineRoute({
    id: 'importEntitlement', method: 'POST', path: '/v1/admin/entitlements', tag: 'Entitlements', summary: 'Import a signed entitlement, once',
    access: { allow: 'entitlement:import' },
    body: { contentType: 'application/json', schema: entitlementDocument },
    responses: { 201: { description: 'Imported.', schema: entitlement } },
    errors: ['entitlement.invalid', 'entitlement.imported'],
  }),
};
