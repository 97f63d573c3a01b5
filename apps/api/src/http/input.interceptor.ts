import { promisify } from 'node:util';
import type { ProblemFault, Route } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import express, { type Request, type Response } from 'express';
import type { Observable } from 'rxjs';
import type { z } from 'zod';
import { stateOf } from './request-state.js';

export const jsonBytesMax = 256 * 1024;

const parseJson = promisify(express.json({ limit: jsonBytesMax, inflate: false, strict: true, type: 'application/json' }));

/** Reads and validates the input after the guard let the caller in, so that nobody unknown makes us read a body. */
@Injectable()
export class InputInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const state = stateOf(request);
    if (state.route !== undefined) state.input = await readInput(state.route, request, http.getResponse<Response>());
    return next.handle();
  }
}

async function readInput(route: Route, request: Request, response: Response): Promise<unknown> {
  const faults: ProblemFault[] = [];
  const headerFaults: ProblemFault[] = [];
  const params = parse('params', route.params, joined(request.params), faults);
  const query = parse('query', route.query, request.query, faults);
  const headers = parse('headers', route.headers, request.headers, headerFaults);
  if (headerFaults.length > 0) throw new CodedError('request.header_invalid', { faults: headerFaults });
  let body: unknown;
  if (route.body?.contentType === 'application/json') body = parse('body', route.body.schema, await readJson(request, response), faults);
  if (faults.length > 0) throw new CodedError('request.invalid', { faults });
  return { params, query, headers, body };
}

/** Express gives what `{+name}` took as a list of segments. */
const joined = (params: Readonly<Record<string, string | string[]>>) => Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]));

async function readJson(request: Request, response: Response): Promise<unknown> {
  if (!request.is('application/json')) throw new CodedError('request.media_type');
  try {
    await parseJson(request, response);
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 413) throw new CodedError('request.too_large', { limit: { name: 'bodyBytesMax', value: jsonBytesMax } });
    if (status === 415) throw new CodedError('request.media_type');
    // The parser's own error quotes the body, so it is not kept as the cause.
    throw new CodedError('request.malformed');
  }
  return request.body;
}

function parse(place: string, schema: z.ZodType | undefined, value: unknown, faults: ProblemFault[]): unknown {
  if (schema === undefined) return {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  faults.push(...parsed.error.issues.map((issue) => faultOf(place, issue)));
  return undefined;
}

/** Where and which rule. Nothing that the caller sent: names of unknown members are his words too. */
export function faultOf(place: string, issue: z.core.$ZodIssue): ProblemFault {
  return { path: [place, ...issue.path.map(String)].join('.'), rule: ruleOf(issue) };
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'invalid_format':
      return issue.format === 'regex' ? 'must have the documented form' : `must be a valid ${issue.format}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'has members that are not known here';
    default:
      return 'is not allowed';
  }
}
