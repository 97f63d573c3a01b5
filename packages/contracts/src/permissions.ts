import { z } from 'zod';

/** Every resource and what can be done with it. The type `Permission` is derived from this table and from nothing else. */
export const resources = {
  edit: ['create', 'read', 'cancel'],
  balance: ['read'],
  quota: ['read', 'grant'],
  api_key: ['create', 'read', 'revoke'],
  session: ['read', 'end'],
  person: ['read', 'create', 'update', 'deactivate', 'erase', 'invite'],
  pool: ['read'],
  model: ['read', 'accept_licence'],
  entitlement: ['read', 'import'],
  audit: ['read'],
} as const;

type Resources = typeof resources;
export type Permission = { [R in keyof Resources]: `${R}:${Resources[R][number]}` }[keyof Resources];

export const permissions = Object.entries(resources).flatMap(([resource, actions]) => actions.map((action) => `${resource}:${action}`)) as [
  Permission,
  ...Permission[],
];
export const permission = z.enum(permissions).meta({ id: 'Permission' });

export const roles = ['owner', 'administrator', 'auditor', 'member'] as const;
export const role = z.enum(roles).meta({ id: 'Role' });
export type Role = z.infer<typeof role>;

const own: Permission[] = ['edit:create', 'edit:read', 'edit:cancel', 'balance:read', 'api_key:create', 'api_key:read', 'api_key:revoke', 'session:read', 'session:end'];
const reading: Permission[] = ['quota:read', 'person:read', 'pool:read', 'model:read', 'entitlement:read', 'audit:read'];
const administering: Permission[] = ['quota:grant', 'person:create', 'person:update', 'person:deactivate', 'person:erase', 'person:invite', 'model:accept_licence', 'entitlement:import'];

/** What each role may do. An auditor reads everything and changes nothing, so he has no edits of his own. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [...own, ...reading, ...administering],
  administrator: [...own, ...reading, ...administering],
  auditor: ['balance:read', 'session:read', 'session:end', ...reading],
  member: [...own, 'model:read'],
};

/**
 * What a key is never given: a sign-in link is a way to become somebody, with more than the key has, and what erasing a person
 * destroys nobody brings back. The exception is the local credential, whose reader is whoever runs the appliance.
 */
export const permissionsOfPeopleOnly: readonly Permission[] = ['person:invite', 'person:erase'];
