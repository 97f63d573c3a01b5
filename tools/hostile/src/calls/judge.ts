import { allRoutes, errorDefinitions, problem, type Route } from '@flux-context/contracts';
import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import type { Call } from './calls.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: { readonly allOf?: readonly [unknown, { readonly properties: { readonly code: { readonly enum: readonly string[] } } }] } }>> }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export type Verdict = { readonly faults: readonly string[]; readonly code?: string };

const mediaType = (answer: Answer): string => String(answer.headers['content-type'] ?? '').split(';')[0]!.trim();

/** What is wrong with an answer, measured by the document that the appliance itself serves. Says nothing of the content. */
export async function judge(call: Call, answer: Answer, document: OpenApi): Promise<Verdict> {
  const faults: string[] = [];
  if (!/^req_[0-9a-f]{32}$/.test(String(answer.headers['x-request-id']))) faults.push('has no request id');
  if (answer.status >= 400) return judgeProblem(call, answer, document, faults);
  const route = routeOf(call);
  const response = route?.responses[answer.status];
  if (!route || !response || !(String(answer.status) in operationOf(route, document).responses)) return { faults: [...faults, `status ${answer.status} is not documented`] };
  const expected = (response.contentType ?? (response.schema ? 'application/json' : '')).split(';')[0]!;
  if (expected.endsWith('/*') ? !mediaType(answer).startsWith(expected.slice(0, -1)) : mediaType(answer) !== expected) faults.push(`Content-Type is ${mediaType(answer)} instead of ${expected}`);
  if (response.schema) faults.push(...schemaFaults(response.schema, answer.body));
  else if (expected === 'image/*') faults.push(...(await pictureFaults(answer.body)));
  else if (expected === '' && answer.body.length > 0) faults.push('has a body where none is documented');
  return { faults };
}

const textsOf = ({ params }: Call): string[] => Object.values(params).flatMap((param) => ('text' in param ? [param.text] : []));

/** The door that the call knocks at: another than was meant where it comes with another method, none where a parameter is empty. */
const routeOf = (call: Call): Route | undefined => (textsOf(call).includes('') ? undefined : allRoutes.find((other) => other.method === call.method && other.path === call.route.path));

/** What is said where there is no door: escapes that cannot be read are noticed before. */
function isSaidAtNoDoor(code: string, call: Call): boolean {
  const texts = textsOf(call);
  if (texts.includes('')) return ['request.not_found', 'request.method_not_allowed'].includes(code);
  return code === 'request.method_not_allowed' || (code === 'request.malformed' && texts.some((text) => !isReadable(text)));
}

function isReadable(escaped: string): boolean {
  try {
    decodeURIComponent(escaped);
    return true;
  } catch {
    return false;
  }
}

const operationOf = (route: Route, document: OpenApi): Operation => document.paths[route.path.replace('{+', '{')]![route.method.toLowerCase()]!;

function schemaFaults(schema: NonNullable<Route['responses'][number]['schema']>, body: Buffer): string[] {
  const value = parsed(body);
  const checked = schema.safeParse(value);
  if (!checked.success) return [`the body breaks its schema at ${checked.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`).join(', ')}`];
  return isDeepStrictEqual(checked.data, value) ? [] : ['the body has members that are not documented'];
}

async function pictureFaults(body: Buffer): Promise<string[]> {
  try {
    await sharp(body).stats();
    return [];
  } catch {
    return ['the picture cannot be decoded'];
  }
}

function judgeProblem(call: Call, answer: Answer, document: OpenApi, faults: string[]): Verdict {
  if (mediaType(answer) !== 'application/problem+json') return { faults: [...faults, `status ${answer.status} came as ${mediaType(answer)}`] };
  const checked = problem.safeParse(parsed(answer.body));
  if (!checked.success) return { faults: [...faults, `status ${answer.status} came with a problem of the wrong form`] };
  const { code, editId: _edit, requestId: _request, ...rest } = checked.data;
  if (!isDeepStrictEqual(checked.data, parsed(answer.body))) faults.push(`the problem ${code} has members that are not documented`);
  if (rest.status !== answer.status || errorDefinitions[code].status !== answer.status) faults.push(`${code} came with status ${answer.status}`);
  if (answer.status >= 500 && !(code === 'pool.unavailable' && asksForOtherPools(call))) faults.push(`${code} (${answer.status})`);
  const route = routeOf(call);
  const documented = route && operationOf(route, document).responses[answer.status]?.content?.['application/problem+json']?.schema?.allOf?.[1].properties.code.enum;
  if (route ? !documented?.includes(code) : !isSaidAtNoDoor(code, call)) faults.push(`${code} is not documented`);
  // What the appliance says by itself: sentences, rules, names of members and values that it would take.
  const own = JSON.stringify({ rest: { ...rest, suggestions: [] }, code });
  const quoted = call.said.filter((text) => text.length >= 8 && own.includes(JSON.stringify(text).slice(1, -1)) && !isOurs(text, document));
  if (quoted.length > 0) faults.push(`${code} quotes the input`);
  return { faults, code };
}

/** The appliance under attack has one shared pool and no model, and says so when asked for more. */
const asksForOtherPools = ({ said }: Call): boolean => said.some((text) => /"private":true|"engine":"diffusion"/.test(text));

const contracts = new WeakMap<OpenApi, string>();

/** Words of the contract itself: names of members, values of closed sets, sentences of errors. */
function isOurs(text: string, document: OpenApi): boolean {
  const contract = contracts.get(document) ?? JSON.stringify(document);
  contracts.set(document, contract);
  return contract.includes(text);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
