import type { Principal, Route } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { applyDecorators, createParamDecorator, type ExecutionContext, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { stateOf } from './request-state.js';
import { UploadForm } from './upload.js';

export const doorKey = Symbol('door');

/** Makes a method the handler of a route: address, access, success status and input all come from the contract. */
export function Door(route: Route): MethodDecorator {
  const success = Object.keys(route.responses).map(Number).find((status) => status < 300) ?? 200;
  return applyDecorators(
    SetMetadata(doorKey, route),
    RequestMapping({ method: RequestMethod[route.method], path: route.path.replaceAll(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) => (rest ? '*' : ':') + name) }),
    HttpCode(success),
  );
}

/** What `@Input()` gives for a route: each part as its schema leaves it. */
export interface InputOf<R extends Route> {
  readonly params: R extends { params: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly query: R extends { query: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly headers: R extends { headers: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly body: R extends { body: { contentType: 'application/json'; schema: infer S extends z.ZodType } } ? z.output<S> : undefined;
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<Request>();

/** The principal. On a public door there may be none, and asking for one is refused. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = stateOf(requestOf(context));
  if (principal === undefined) throw new CodedError('principal.missing');
  return principal;
});

/** Params, query, headers and JSON body, validated by the route's schemas. See `InputOf`. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext): unknown => stateOf(requestOf(context)).input);

/** The multipart body, unread. */
export const Upload = createParamDecorator((_: unknown, context: ExecutionContext): UploadForm => new UploadForm(requestOf(context)));

/** Aborted when the connection closes before the answer was written. */
export const HangUp = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const response = context.switchToHttp().getResponse<Response>();
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort();
  });
  return hangUp.signal;
});
