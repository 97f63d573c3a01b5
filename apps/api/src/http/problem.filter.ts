import { type Problem, errorDefinitions } from '@flux-context/contracts';
import { CodedError, type Logger } from '@flux-context/runtime';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Counter, type Registry } from 'prom-client';
import { LOGGER, METRICS } from '../process.js';
import { Doors } from './doors.js';
import { stateOf } from './request-state.js';

/** The one place where an error becomes an answer: problem+json with a code of the closed set, and nothing else of the error. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #refused: Counter<'code'>;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly doors: Doors,
    @Inject(METRICS) registry: Registry,
  ) {
    this.#refused = new Counter({ name: 'requests_refused_total', help: 'Requests that were answered with a problem, by its code.', labelNames: ['code'], registers: [registry] });
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<Request>(), http.getResponse<Response>());
  }

  answer(thrown: unknown, request: Request, response: Response): void {
    const error = this.codedErrorOf(thrown, request, response);
    const { level, status } = error.definition;
    this.#refused.inc({ code: error.code });
    const { id: requestId, route, principal } = stateOf(request);
    this.logger[level]('request refused', {
      requestId, code: error.code, status, method: request.method, route: route?.path, personId: principal?.personId, editId: error.detail.editId,
      ...(level === 'info' ? {} : { error }),
    });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.detail.retryAfterSeconds !== undefined) response.set('Retry-After', String(Math.ceil(error.detail.retryAfterSeconds)));
    if (status === 401) response.set('WWW-Authenticate', 'Bearer');
    response.status(status).type('application/problem+json').send(JSON.stringify(problemOf(error, requestId)));
  }

  private codedErrorOf(thrown: unknown, request: Request, response: Response): CodedError {
    if (thrown instanceof CodedError) return thrown;
    if (isDatabaseGone(thrown)) return new CodedError('internal.database', { cause: thrown });
    const status = thrown instanceof HttpException ? thrown.getStatus() : (thrown as { status?: unknown } | null)?.status;
    if (status === 404) {
      const methods = this.doors.methodsAt(request.path);
      if (methods.length === 0) return new CodedError('request.not_found');
      response.set('Allow', methods.join(', '));
      return new CodedError('request.method_not_allowed');
    }
    if (status === 400) return new CodedError('request.malformed');
    return new CodedError('internal.unexpected', { cause: thrown });
  }
}

function problemOf(error: CodedError, requestId: string): Problem {
  const { title, status, retryable } = errorDefinitions[error.code];
  const { editId, faults, limit, notUnderstood, suggestions } = error.detail;
  return {
    type: `urn:flux-context:error:${error.code}`, title, status, code: error.code, requestId, retryable,
    ...(editId === undefined ? {} : { editId }),
    ...(faults === undefined ? {} : { faults: [...faults] }),
    ...(limit === undefined ? {} : { limit }),
    ...(notUnderstood === undefined ? {} : { notUnderstood: [...notUnderstood] }),
    ...(suggestions === undefined ? {} : { suggestions: [...suggestions] }),
  };
}

/** Lost or refused connections, as Node (`ECONN…`) and PostgreSQL (class 08, 53300, 57P0x) name them; the driver has only a sentence for one. */
function isDatabaseGone(thrown: unknown): boolean {
  const { code, driverError } = (thrown ?? {}) as { code?: unknown; driverError?: { code?: unknown; message?: unknown } };
  if (typeof driverError?.message === 'string' && driverError.message.startsWith('Connection terminated')) return true;
  return [code, driverError?.code].some((name) => typeof name === 'string' && /^(ECONN(REFUSED|RESET)|ETIMEDOUT|08\w{3}|53300|57P0\d)$/.test(name));
}
