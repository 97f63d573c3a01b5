import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { allRoutes } from '@flux-context/contracts';
import * as fc from 'fast-check';
import { wholePictures } from '../pictures.js';
import type { Target } from '../target.js';
import { calls, type Call, type Param } from './calls.js';
import { judge, type Answer, type OpenApi } from './judge.js';

export interface CallsReport {
  readonly seed: number;
  readonly calls: number;
  /** Calls by a known caller that were answered 2xx or by a rule of the domain, not merely by the form of the request. */
  readonly deep: number;
  readonly answers: Readonly<Record<string, number>>;
  /** Each kind of fault once, with how often it was seen and the first call that showed it, as its number under this seed. */
  readonly faults: readonly { readonly fault: string; readonly times: number; readonly firstCall: number }[];
}

export interface CallsOptions {
  readonly calls: number;
  readonly seed: number;
  readonly progress?: (made: number) => void;
}

const atOnce = 6;
const idForm = /\b(edt|per|key|acc)_[0-9a-f]{32}\b/g;
const answerMsMax = 30_000;

/** Makes generated calls and judges each answer. The same seed makes the same calls; identifiers in them are the appliance's own. */
export async function runCalls(target: Target, options: CallsOptions): Promise<CallsReport> {
  const run = new Run(target);
  const pictures = await wholePictures();
  const entitlement: unknown = JSON.parse(readFileSync(new URL('../../../entitlement/evaluation/entitlement.json', import.meta.url), 'utf8'));
  const planned = fc.sample(calls({ pictures: [...pictures.values()], entitlement }), { numRuns: options.calls, seed: options.seed });
  await run.prepare();
  let next = 0;
  const caller = async () => {
    for (let number = next++; number < planned.length; number = next++) {
      await run.make(planned[number]!, number);
      options.progress?.(number + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return run.report(options.seed);
}

class Run {
  private document: OpenApi = { paths: {} };
  private memberKey = '';
  /** The caller himself and his keys: deactivated or revoked, he could make no further call. */
  private readonly spared = new Set<string>();
  private readonly knownIds = new Map<string, string[]>();
  private readonly answers = new Map<string, number>();
  private readonly faults = new Map<string, { times: number; firstCall: number }>();
  private made = 0;
  private deep = 0;

  constructor(private readonly target: Target) {}

  async prepare(): Promise<void> {
    const document = await this.exchange('GET', '/openapi.json', {});
    this.document = JSON.parse(document.body.toString('utf8')) as OpenApi;
    const owner = { authorization: `Bearer ${this.target.apiKey}` };
    for (const own of ['/v1/me', '/v1/api-keys']) for (const [id] of (await this.exchange('GET', own, owner)).body.toString('utf8').matchAll(idForm)) this.spared.add(id);
    const label = 'narrow key for hostile calls';
    const made = await this.exchange('POST', '/v1/api-keys', { ...owner, 'content-type': 'application/json' }, Buffer.from(JSON.stringify({ label, permissions: ['edit:create', 'edit:read'] })));
    const member = JSON.parse(made.body.toString('utf8')) as { id: string; secret: string };
    this.memberKey = member.secret;
    this.spared.add(member.id);
    const accounts = await this.exchange('GET', '/v1/admin/quotas', owner);
    this.learn(accounts.body);
  }

  async make(call: Call, number: number): Promise<void> {
    this.made += 1;
    try {
      const answer = await this.exchange(call.method, this.addressOf(call), { ...call.headers, ...this.credentialOf(call) }, call.body);
      const { faults, code } = await judge(call, answer, this.document);
      if (answer.status < 300 && answer.headers['content-type']?.includes('json')) this.learn(answer.body);
      this.count(`${answer.status}${code === undefined ? '' : ` ${code}`}`);
      if (call.credential === 'owner' && answer.status < 500 && (code === undefined || !/^(request|principal)\./.test(code))) this.deep += 1;
      for (const fault of faults) this.blame(`${call.method} ${call.route.path}: ${fault}`, number);
    } catch (error) {
      this.blame(`${call.method} ${call.route.path}: no answer (${error instanceof Error ? error.message : 'unknown'})`, number);
    }
  }

  report(seed: number): CallsReport {
    const faults = [...this.faults].map(([fault, seen]) => ({ fault, ...seen })).toSorted((a, b) => b.times - a.times);
    return { seed, calls: this.made, deep: this.deep, answers: Object.fromEntries([...this.answers].toSorted(([, a], [, b]) => b - a)), faults };
  }

  private count(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
  }

  private blame(fault: string, number: number): void {
    const seen = this.faults.get(fault) ?? { times: 0, firstCall: number };
    seen.times += 1;
    this.faults.set(fault, seen);
  }

  private credentialOf({ credential }: Call): Record<string, string> {
    if (credential === 'none') return {};
    return { authorization: `Bearer ${{ owner: this.target.apiKey, member: this.memberKey, false: 'flx_this-key-was-never-issued' }[credential]}` };
  }

  private addressOf({ route, params, query }: Call): string {
    return route.path.replaceAll(/\{\+?(\w+)\}/g, (_, name: string) => this.idFor(name, params[name]!)) + query;
  }

  private idFor(name: string, param: Param): string {
    if ('text' in param) return param.text;
    const known = this.knownIds.get(prefixes[name] ?? '') ?? [];
    return known[param.nth % Math.max(1, known.length)] ?? `${prefixes[name]}_${'0'.repeat(32)}`;
  }

  /** Remembers the identifiers of an answer, the latest ones of each kind, but nothing of the caller himself. */
  private learn(body: Buffer): void {
    for (const [id, prefix] of body.toString('utf8').matchAll(idForm)) {
      const known = this.knownIds.get(prefix!) ?? [];
      if (!known.includes(id) && !this.spared.has(id)) this.knownIds.set(prefix!, [...known, id].slice(-12));
    }
  }

  private exchange(method: string, address: string, headers: Record<string, string>, body?: Buffer): Promise<Answer> {
    const { hostname, port } = new URL(this.target.url);
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const sent = request({ hostname, port, method, path: address.replaceAll(/[^\x21-\x7e]/g, ''), headers: { ...headers, ...length }, timeout: answerMsMax }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
        response.once('error', reject);
      });
      sent.once('timeout', () => sent.destroy(new Error('timed out')));
      // A connection that was kept may be closed just as it is used again: nothing was sent then.
      sent.once('error', (error: NodeJS.ErrnoException) => (sent.reusedSocket && error.code === 'ECONNRESET' ? resolve(this.exchange(method, address, headers, body)) : reject(error)));
      sent.end(body);
    });
  }
}

const prefixes: Readonly<Record<string, string>> = { editId: 'edt', personId: 'per', apiKeyId: 'key', accountId: 'acc' };

/** How many doors there are, for the report. */
export const doors = allRoutes.length;
