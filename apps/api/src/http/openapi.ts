import { type ErrorCode, errorDefinitions, problem, type Route, type RouteResponse } from '@flux-context/contracts';
import { z } from 'zod';

type Json = { [member: string]: unknown };

/** Codes that a route can answer although it does not name them. */
export function impliedErrors(route: Route): ErrorCode[] {
  const reads = route.params ?? route.query ?? route.headers ?? route.body;
  return [
    ...(reads === undefined ? [] : ['request.invalid' as const]),
    ...(route.headers === undefined ? [] : ['request.header_invalid' as const]),
    // An address whose escapes cannot be read is malformed as a body can be.
    ...(route.params === undefined && route.body === undefined ? [] : ['request.malformed' as const]),
    ...(route.body === undefined ? [] : ['request.media_type' as const, 'request.too_large' as const]),
    ...('public' in route.access ? [] : ['principal.missing' as const, 'principal.forbidden' as const, 'capacity.requests' as const]),
    // Who is not recognised counts for his address, at every door.
    'capacity.address',
    ...(route.method === 'GET' ? [] : ['request.cross_site' as const]),
    'internal.unexpected', 'internal.database',
  ];
}

/** Turns Zod schemas into OpenAPI's, with every schema that has an id as a component. */
class Schemas {
  readonly components: Json = {};

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    // Wrapped, so that a schema with an id becomes a reference even where it stands alone.
    const { properties, $defs } = z.toJSONSchema(z.object({ it: schema }), { io }) as unknown as { properties: { it: Json }; $defs?: Record<string, Json> };
    for (const [id, definition] of Object.entries($defs ?? {})) this.add(id, componentsOf(definition));
    return componentsOf(properties.it);
  }

  private add(id: string, definition: Json): void {
    const known = this.components[id];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) throw new Error(`The schema ${id} differs between input and output.`);
    this.components[id] = definition;
  }
}

const componentsOf = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;

function parameters(schemas: Schemas, route: Route): Json[] {
  const places = [['path', route.params], ['query', route.query], ['header', route.headers]] as const;
  const listed = places.flatMap(([place, object]) =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => ({
      name, in: place, required: place === 'path' || !(schema as z.ZodType).safeParse(undefined).success, schema: schemas.of(schema as z.ZodType, 'input'),
    })),
  );
  return route.method === 'GET' || 'public' in route.access
    ? listed
    : [...listed, { name: 'X-Flux-Request', in: 'header', required: false, description: 'Must be 1 when a browser session writes.', schema: { const: '1' } }];
}

function success(schemas: Schemas, response: RouteResponse): Json {
  const headers = Object.entries(response.headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }]);
  const content =
    response.schema === undefined
      ? response.contentType === undefined ? undefined : { [response.contentType]: {} }
      : { [response.contentType ?? 'application/json']: { schema: schemas.of(response.schema, 'output') } };
  return { description: response.description, ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as Json }), ...(content === undefined ? {} : { content }) };
}

/** When to try again, and how a caller stands: of the limit that counts him, if that is what refused him. */
const comeBack = {
  'Retry-After': { description: 'Seconds until the same call may succeed.', schema: { type: 'integer', minimum: 1 } },
  RateLimit: { description: 'What remains, and in how many seconds it begins anew: `"person";r=0;t=42`.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'The limit, in requests a minute: `"person";q=6000;w=60`.', schema: { type: 'string' } },
};

function failures(schemas: Schemas, route: Route): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...impliedErrors(route), ...route.errors])) {
    const { status } = errorDefinitions[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answer = (status: number, codes: ErrorCode[]) => ({
    ...(status === 429 && { headers: comeBack }),
    description: codes.map((code) => `\`${code}\`: ${errorDefinitions[code].title}`).join('\n\n'),
    content: { 'application/problem+json': { schema: { allOf: [schemas.of(problem, 'output'), { properties: { code: { enum: codes } } }] } } },
  });
  return Object.fromEntries([...byStatus].map(([status, codes]) => [String(status), answer(status, codes)]));
}

function operation(schemas: Schemas, route: Route): Json {
  return {
    operationId: route.id, tags: [route.tag], summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...('public' in route.access ? { security: [] } : { 'x-permission': route.access.allow }),
    parameters: parameters(schemas, route),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { [route.body.contentType]: { schema: schemas.of(route.body.schema, 'input') } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(route.responses).map(([status, response]) => [status, success(schemas, response)])),
      ...failures(schemas, route),
    },
  };
}

/** The OpenAPI 3.1 document, made from the same table that mounts the doors. */
export function openApiDocument(routes: readonly Route[]): Json {
  const schemas = new Schemas();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll('{+', '{');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(schemas, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Flux Context appliance', version: '1', description: 'Describe an edit, get the picture back. Nothing is kept.' },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key as bearer token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'flux_session', description: 'The session of a browser; named __Host-flux_session over TLS.' },
      },
    },
  };
}
