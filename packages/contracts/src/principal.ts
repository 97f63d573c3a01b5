import type { Permission, Role } from './permissions.js';

/** Who is calling, as a principal source recognised him. Made once per request; never changed afterwards. */
export interface Principal {
  readonly personId: string;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** How he was recognised: decides whether the same-site rules of a browser apply. */
  readonly via: { readonly kind: 'session'; readonly sessionId: string } | { readonly kind: 'api_key'; readonly apiKeyId: string };
}
