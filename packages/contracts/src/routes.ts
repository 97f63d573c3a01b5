import type { z } from 'zod';
import type { ErrorCode } from './errors.js';
import type { Permission } from './permissions.js';

/** One response of a route. Without a schema the body is empty or bytes of `contentType`. */
export interface RouteResponse {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One door of the API: its address, who may enter, what goes in and what comes out. The server mounts it, the OpenAPI
 * document is made from it and the typed client calls it, so the three cannot disagree. A handler without one is refused at boot.
 */
export interface Route {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In OpenAPI's form, as in `/v1/edits/{editId}`; `{+name}` takes the rest of the address, with its slashes (RFC 6570). */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The permission that the principal needs, or the reason why nobody has to be known. `unlimited`: balancers ask it all the time, so strangers' requests are not counted. */
  readonly access: { readonly allow: Permission } | { readonly public: string; readonly unlimited?: true };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly contentType: 'application/json' | 'multipart/form-data'; readonly schema: z.ZodType };
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** Codes beyond those that every route can answer. */
  readonly errors: readonly ErrorCode[];
}

export const defineRoute = <const R extends Route>(route: R): R => route;
