import type { Route } from '@flux-context/contracts';
import type { z } from 'zod';

type Part<R extends Route, Name extends 'params' | 'query'> = R extends Readonly<Record<Name, infer Schema extends z.ZodType>> ? Readonly<Record<Name, z.input<Schema>>> : unknown;
type JsonBody<R extends Route> = R extends { readonly body: { readonly contentType: 'application/json'; readonly schema: infer Schema extends z.ZodType } } ? { readonly body: z.input<Schema> } : unknown;

/** What a call of this route needs, derived from its schemas: `params`, `query` and a JSON `body`, each only where the route has one. */
export type InputOf<R extends Route> = Part<R, 'params'> & Part<R, 'query'> & JsonBody<R>;

type Schemas<R extends Route> = { [Status in keyof R['responses']]: R['responses'][Status] extends { readonly schema: infer Schema extends z.ZodType } ? z.output<Schema> : undefined }[keyof R['responses']];

/** What a call of this route resolves to: the parsed answer, or undefined where the route answers without a body. */
export type OutputOf<R extends Route> = Schemas<R>;

/** The argument may be left out where a route needs nothing. */
export type Arguments<R extends Route> = unknown extends InputOf<R> ? [input?: CallOptions] : [input: InputOf<R> & CallOptions];

export interface CallOptions {
  readonly signal?: AbortSignal;
}
