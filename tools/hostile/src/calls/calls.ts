import { allRoutes, editRoutes, entitlementRoutes, idPrefixes, type Route } from '@flux-context/contracts';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { z } from 'zod';
import { bytesOfForm, editForms } from './edit-forms.js';
import { valuesOf, type Schema } from './from-schema.js';
import { damagedBody, spoiled } from './mutations.js';

/** A parameter of the path: the nth identifier that the appliance has told, or a text. */
export type Param = { readonly nth: number } | { readonly text: string };

export const credentials = ['owner', 'member', 'none', 'false'] as const;

/** One call as it will be made; what it must not find again in an error is in `said`. */
export interface Call {
  readonly route: Route;
  readonly method: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credential: (typeof credentials)[number];
  readonly body?: Buffer;
  readonly said: readonly string[];
}

interface Content {
  readonly body?: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly said: readonly string[];
}

export interface Materials {
  readonly pictures: readonly Buffer[];
  /** A document that was imported already. */
  readonly entitlement: unknown;
}

/** Every call that is made, most of them whole: three quarters by a caller who is known. */
export function calls(materials: Materials): Arbitrary<Call> {
  const weighted = allRoutes.map((route) => ({ weight: weightOf(route), arbitrary: callsOf(route, materials) }));
  return fc.oneof(...weighted);
}

/** Edits cost the most time, and signing in can succeed only once. */
function weightOf(route: Route): number {
  if (route === editRoutes.create) return 5;
  return 'public' in route.access ? 1 : 3;
}

function callsOf(route: Route, materials: Materials): Arbitrary<Call> {
  const whole = fc.record({ content: contentsOf(route, materials, true), params: paramsOf(route, true), query: queriesOf(route, true), headers: headersOf(route, true) });
  const broken = fc.record({ content: contentsOf(route, materials, false), params: paramsOf(route, false), query: queriesOf(route, false), headers: headersOf(route, false) });
  const credential = fc.oneof({ weight: 85, arbitrary: fc.constant('owner' as const) }, { weight: 15, arbitrary: fc.constantFrom(...credentials) });
  const method = fc.oneof({ weight: 97, arbitrary: fc.constant<string>(route.method) }, { weight: 3, arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST', 'GET') });
  const parts = fc.oneof({ weight: 78, arbitrary: whole }, { weight: 22, arbitrary: broken });
  return fc.tuple(parts, credential, method).map(([{ content, params, query, headers }, known, verb]) => ({
    route, method: verb, params, query, credential: known,
    headers: { ...headers, ...content.headers },
    ...(content.body && verb !== 'GET' ? { body: content.body } : {}),
    said: [...content.said, query, ...Object.values(headers), ...Object.values(params).flatMap((param) => ('text' in param ? [param.text] : []))],
  }));
}

function contentsOf(route: Route, materials: Materials, whole: boolean): Arbitrary<Content> {
  if (route.body === undefined) return fc.constant({ headers: {}, said: [] });
  if (route.body.contentType === 'multipart/form-data') return formContents(materials, whole);
  const schema = z.toJSONSchema(route.body.schema, { io: 'input', reused: 'inline' }) as Schema;
  const made = valuesOf(schema, (schema['$defs'] ?? {}) as Record<string, Schema>);
  const valid = route === entitlementRoutes.import ? fc.oneof(made, fc.constant(materials.entitlement)) : made;
  const headers = { 'content-type': 'application/json' };
  const content = (value: unknown): Content => ({ body: Buffer.from(JSON.stringify(value) ?? '', 'utf8'), headers, said: textsIn(value) });
  if (whole) return valid.map(content);
  const types = fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'application/xml', 'multipart/form-data', 'application/json;;;', 'application/x-www-form-urlencoded');
  return fc.oneof(
    { weight: 4, arbitrary: valid.chain(spoiled).map(content) },
    { weight: 2, arbitrary: valid.chain((value) => damagedBody(content(value).body!).map((body) => ({ body, headers, said: textsIn(value) }))) },
    { weight: 1, arbitrary: fc.tuple(valid, types).map(([value, type]) => ({ ...content(value), headers: { 'content-type': type } })) },
  );
}

function formContents({ pictures }: Materials, whole: boolean): Arbitrary<Content> {
  const forms = editForms(pictures);
  const content = (form: Parameters<typeof bytesOfForm>[0]): Content => ({
    body: bytesOfForm(form), headers: { 'content-type': `multipart/form-data; boundary=${form.boundary}` },
    said: form.parts.flatMap(({ name, fileName, bytes }) => [name, fileName ?? bytes.toString('utf8'), fileName ?? ''].filter((text) => text !== '')),
  });
  if (whole) return forms.valid.map(content);
  return fc.oneof(
    { weight: 5, arbitrary: forms.spoiled.map(content) },
    { weight: 2, arbitrary: forms.valid.chain((form) => damagedBody(bytesOfForm(form)).map((body) => ({ ...content(form), body }))) },
    { weight: 1, arbitrary: forms.valid.map((form) => ({ ...content(form), headers: { 'content-type': 'multipart/form-data; boundary=another' } })) },
    { weight: 1, arbitrary: fc.tuple(forms.valid, fc.constantFrom('multipart/form-data', 'application/json', 'multipart/mixed; boundary=a', '')).map(([form, type]) => ({ ...content(form), headers: { 'content-type': type } })) },
  );
}

const oddParams = fc.oneof(
  fc.constantFrom('%00', '%ff', '%zz', '..%2f..%2fetc', 'null', '-1', '%F0%9F%98%80', "1'%20or%20'1'='1"),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((text) => !/\p{Surrogate}|^\.{1,2}$/u.test(text)).map(encodeURIComponent),
  fc.integer({ min: 100, max: 4_000 }).map((length) => 'a'.repeat(length)),
);

function paramsOf(route: Route, whole: boolean): Arbitrary<Readonly<Record<string, Param>>> {
  const known: Arbitrary<Param> = fc.oneof({ weight: 4, arbitrary: fc.nat(1_000).map((nth) => ({ nth })) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 40 }).map((number) => ({ text: unknownIdFor(route, number) })) });
  const one = (name: string, schema: z.ZodType): Arbitrary<Param> => {
    const right = name.endsWith('Id') ? known : valuesOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, {}).map((value) => ({ text: encodeURIComponent(String(value)) }));
    return whole ? right : fc.oneof({ weight: 3, arbitrary: right }, { weight: 2, arbitrary: oddParams.map((text) => ({ text })) });
  };
  return fc.record(Object.fromEntries(Object.entries(route.params?.shape ?? {}).map(([name, schema]) => [name, one(name, schema as z.ZodType)])));
}

function unknownIdFor(route: Route, number: number): string {
  const kind = route.path.includes('{editId}') ? 'edit' : route.path.includes('{personId}') ? 'person' : route.path.includes('{apiKeyId}') ? 'apiKey' : 'account';
  return `${idPrefixes[kind]}_${number.toString(16).padStart(32, '0')}`;
}

function queriesOf(route: Route, whole: boolean): Arbitrary<string> {
  const odd = fc.oneof(fc.constantFrom('?limit=0', '?limit=a', '?limit=1&limit=2', '?after=nothing-known', '?__proto__[a]=1', '?%ff=%fe', '?limit=1e3', '?limit[]=5'), fc.webQueryParameters().map((text) => `?${text}`));
  if (!whole) return fc.oneof(fc.constant(''), odd);
  return route.query === undefined ? fc.constant('') : fc.oneof(fc.constant(''), fc.integer({ min: 1, max: 1_000 }).map((limit) => `?limit=${limit}`));
}

function headersOf(route: Route, whole: boolean): Arbitrary<Record<string, string>> {
  const prefer = fc.constantFrom('respond-async', 'respond-async, wait=5', 'return=minimal');
  const key = fc.oneof(fc.constantFrom('a-key-used-often', 'another-key'), fc.stringMatching(/^[!-~]{8,60}$/));
  const usual: Arbitrary<Record<string, string>> = route.headers === undefined ? fc.constant({}) : fc.record({ prefer, 'idempotency-key': key }, { requiredKeys: [] });
  if (whole) return usual;
  const odd = fc.record(
    {
      prefer: fc.string({ maxLength: 300 }), 'idempotency-key': fc.oneof(fc.string({ maxLength: 20 }), fc.constant('k'.repeat(256)), fc.constant('')), accept: fc.constantFrom('text/html', 'nothing/at-all', ''),
      'content-encoding': fc.constantFrom('gzip', 'br', 'identity'), 'x-flux-request': fc.constantFrom('1', '0'), origin: fc.constantFrom('https://elsewhere.example', 'null'), cookie: fc.constantFrom('flux_session=guessed-session-value', '=;;='), 'sec-fetch-site': fc.constantFrom('cross-site', 'same-origin', 'odd'),
    },
    { requiredKeys: [] },
  ).map((headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '?')])));
  return fc.oneof(usual, odd);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(Array.isArray(value) ? [] : [name]), ...textsIn(inner)]);
}
