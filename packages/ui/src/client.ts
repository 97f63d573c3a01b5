import type { Route } from '@flux-context/contracts';
import { ProblemError, parseJson } from './problem-error.js';
import type { Arguments, CallOptions, OutputOf } from './route-types.js';
import { readEvents, type ServerEvent } from './server-events.js';
import { upload, type UploadAnswer, type UploadOptions } from './upload.js';

/** Says that the portal's own code is calling: a foreign page cannot add it without asking first. */
export const ownRequestHeader = { 'X-Flux-Request': '1' } as const;

interface LooseInput extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The API as its route table describes it. Every failure is a `ProblemError`, except that an aborted call throws the signal's own reason. */
export interface Client {
  /** Calls a JSON route; the answer is checked by the route's schema. */
  call<R extends Route>(route: R, ...input: Arguments<R>): Promise<OutputOf<R>>;
  /** Reads a route that answers with bytes. */
  bytes<R extends Route>(route: R, ...input: Arguments<R>): Promise<Blob>;
  /** Follows a route that answers with server-sent events, until the stream ends. */
  events<R extends Route>(route: R, ...input: Arguments<R>): AsyncGenerator<ServerEvent>;
  /** Sends a multipart form and tells how much of it has left. */
  upload(route: Route, form: FormData, options: UploadOptions): Promise<UploadAnswer>;
}

/** `base` is the API's address, empty for the page's own origin. */
export function createClient(base = '', fetcher: typeof fetch = (...call) => fetch(...call)): Client {
  const ask = async (route: Route, input: LooseInput, accept: string): Promise<Response> => {
    const response = await fetcher(base + addressOf(route, input), {
      method: route.method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { Accept: accept, ...ownRequestHeader, ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    }).catch((cause: unknown) => {
      input.signal?.throwIfAborted();
      throw ProblemError.ofTransport('connection.lost', 0, cause);
    });
    if (!response.ok) throw ProblemError.fromAnswer({ status: response.status, body: await response.text().catch(() => ''), retryAfter: response.headers.get('Retry-After') });
    return response;
  };

  return {
    async call(route, ...[input = {}]) {
      const response = await ask(route, input, 'application/json');
      const schema = route.responses[response.status]?.schema;
      if (schema === undefined) return undefined as never;
      const answer = schema.safeParse(parseJson(await received(response.text(), input.signal)));
      if (!answer.success) throw ProblemError.ofTransport('answer.unexpected', response.status, answer.error);
      return answer.data as never;
    },
    async bytes(route, ...[input = {}]) {
      const response = await ask(route, input, '*/*');
      return received(response.blob(), input.signal);
    },
    async *events(route, ...[input = {}]) {
      const response = await ask(route, input, 'text/event-stream');
      if (response.body === null) throw ProblemError.ofTransport('answer.unexpected', response.status);
      yield* readEvents(response.body);
    },
    upload: (route, form, options) => upload(base + route.path, form, { ...options, headers: { ...ownRequestHeader, ...options.headers } }),
  };
}

/** A body that breaks off is a lost connection, not a foreign error. */
async function received<T>(body: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await body;
  } catch (cause) {
    signal?.throwIfAborted();
    throw ProblemError.ofTransport('connection.lost', 0, cause);
  }
}

/** The route's path with its parameters filled in and its query appended; what stands for several segments keeps its slashes. Throws when a parameter is missing: a fault of the caller's code. */
export function addressOf(route: Route, input: Pick<LooseInput, 'params' | 'query'>): string {
  const path = route.path.replace(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) => {
    const value = input.params?.[name];
    if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`${route.id} needs the parameter ${name}`);
    return rest === '' ? encodeURIComponent(value) : String(value).split('/').map(encodeURIComponent).join('/');
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) if (typeof value === 'string' || typeof value === 'number') query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
