import { z } from 'zod';
import { idOf } from './ids.js';
import { line } from './line.js';
import { permission, role } from './permissions.js';
import { defineRoute } from './routes.js';

export const person = z
  .object({
    id: idOf('person'),
    name: z.string(),
    email: z.string(),
    role,
    seated: z.boolean(),
    active: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof person>;

const name = line(200);
const personParams = z.object({ personId: idOf('person') });
export const personDraft = z.strictObject({ name, email: z.email().max(320), role: role.default('member'), seated: z.boolean().default(true) }).meta({ id: 'PersonDraft' });
export const personChange = z.strictObject({ name: name.optional(), role: role.optional(), seated: z.boolean().optional() }).meta({ id: 'PersonChange' });

/** A link that signs in once. The secret stands behind the `#`, so it never reaches a server's log. */
export const signInLink = z.object({ url: z.string(), expiresAt: z.iso.datetime() }).meta({ id: 'SignInLink' });

export const personRoutes = {
  list: defineRoute({
    id: 'listPeople', method: 'GET', path: '/v1/admin/people', tag: 'People', summary: 'Everybody',
    access: { allow: 'person:read' },
    responses: { 200: { description: 'Oldest first.', schema: z.object({ people: z.array(person), seats: z.object({ taken: z.int(), limit: z.int() }) }).meta({ id: 'People' }) } }, errors: [],
  }),
  create: defineRoute({
    id: 'createPerson', method: 'POST', path: '/v1/admin/people', tag: 'People', summary: 'Add a person',
    access: { allow: 'person:create' }, body: { contentType: 'application/json', schema: personDraft },
    responses: { 201: { description: 'Added.', schema: person } }, errors: ['person.exists', 'seat.exhausted'],
  }),
  change: defineRoute({
    id: 'changePerson', method: 'PATCH', path: '/v1/admin/people/{personId}', tag: 'People', summary: 'Change name, role or seat',
    description: 'Who becomes an owner is signed out everywhere, and his sign-in link and API keys end: an owner lets him in anew.',
    access: { allow: 'person:update' }, params: personParams, body: { contentType: 'application/json', schema: personChange },
    responses: { 200: { description: 'Changed.', schema: person } }, errors: ['person.not_found', 'person.last_owner', 'seat.exhausted'],
  }),
  deactivate: defineRoute({
    id: 'deactivatePerson', method: 'DELETE', path: '/v1/admin/people/{personId}', tag: 'People', summary: 'Deactivate: ends sessions, keys, edits and the seat',
    access: { allow: 'person:deactivate' }, params: personParams,
    responses: { 200: { description: 'Deactivated.', schema: person } }, errors: ['person.not_found', 'person.last_owner'],
  }),
  erase: defineRoute({
    id: 'erasePerson', method: 'POST', path: '/v1/admin/people/{personId}/erase', tag: 'People', summary: 'Erase name and e-mail address of somebody who was deactivated',
    description: 'For good, here and beside the audit log, whose entries stay. Deletes his API keys as well. May be repeated, as is needed after a backup was restored.',
    access: { allow: 'person:erase' }, params: personParams,
    responses: { 200: { description: 'Erased: the name is `Erased`, the address is empty.', schema: person } }, errors: ['person.not_found', 'person.active'],
  }),
  invite: defineRoute({
    id: 'invitePerson', method: 'POST', path: '/v1/admin/people/{personId}/sign-in-link', tag: 'People', summary: 'A one-time sign-in link',
    access: { allow: 'person:invite' }, params: personParams,
    responses: { 201: { description: 'Valid for 15 minutes, once.', schema: signInLink } }, errors: ['person.not_found'],
  }),
};

export const me = z.object({ person, permissions: z.array(permission), via: z.enum(['session', 'api_key']) }).meta({ id: 'Me' });

export const sessionRoutes = {
  open: defineRoute({
    id: 'openSession', method: 'POST', path: '/v1/sessions', tag: 'Sessions', summary: 'Sign in with a one-time link',
    access: { public: 'signing in is how one becomes known' },
    body: { contentType: 'application/json', schema: z.strictObject({ token: z.string().min(20).max(200) }).meta({ id: 'SignIn' }) },
    responses: { 201: { description: 'Signed in; sets the session cookie.', schema: me } }, errors: ['session.link_invalid'],
  }),
  me: defineRoute({
    id: 'getMe', method: 'GET', path: '/v1/me', tag: 'Sessions', summary: 'Who am I',
    access: { allow: 'balance:read' },
    responses: { 200: { description: 'The caller.', schema: me } }, errors: [],
  }),
  close: defineRoute({
    id: 'closeSession', method: 'DELETE', path: '/v1/sessions/current', tag: 'Sessions', summary: 'Sign out',
    access: { allow: 'session:end' },
    responses: { 204: { description: 'Signed out.' } }, errors: [],
  }),
};

export const apiKey = z
  .object({
    id: idOf('apiKey'), label: z.string(), permissions: z.array(permission), hint: z.string().describe('The last four characters.'),
    createdAt: z.iso.datetime(), expiresAt: z.iso.datetime().nullable(), lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKey>;
export const apiKeyDraft = z
  .strictObject({
    label: line(100),
    permissions: z.array(permission).min(1).max(64).default(['edit:create', 'edit:read', 'edit:cancel', 'balance:read']),
    expiresInDays: z.int().min(1).max(3_650).nullable().default(365),
  })
  .meta({ id: 'ApiKeyDraft' });

export const apiKeyRoutes = {
  list: defineRoute({
    id: 'listApiKeys', method: 'GET', path: '/v1/api-keys', tag: 'API keys', summary: 'Your API keys',
    access: { allow: 'api_key:read' },
    responses: { 200: { description: 'Without their secrets.', schema: z.object({ apiKeys: z.array(apiKey) }).meta({ id: 'ApiKeys' }) } }, errors: [],
  }),
  create: defineRoute({
    id: 'createApiKey', method: 'POST', path: '/v1/api-keys', tag: 'API keys', summary: 'Create an API key',
    description: 'A key that a key creates has no more permissions, and lasts no longer.',
    access: { allow: 'api_key:create' }, body: { contentType: 'application/json', schema: apiKeyDraft },
    responses: { 201: { description: 'The secret is shown this once.', schema: apiKey.extend({ secret: z.string() }).meta({ id: 'NewApiKey' }) } }, errors: ['api_key.scope'],
  }),
  revoke: defineRoute({
    id: 'revokeApiKey', method: 'DELETE', path: '/v1/api-keys/{apiKeyId}', tag: 'API keys', summary: 'Revoke an API key',
    access: { allow: 'api_key:revoke' }, params: z.object({ apiKeyId: idOf('apiKey') }),
    responses: { 204: { description: 'Revoked.' } }, errors: ['api_key.not_found'],
  }),
};
