import type { Route } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { doorKey } from './door.js';
import { credentialsOf, PrincipalSources } from './principal-sources.js';
import { RequestRates } from './request-rates.js';
import { stateOf } from './request-state.js';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Closed by default: a handler without a door is refused, and a door opens only for the permission that it names. */
@Injectable()
export class DoorGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sources: PrincipalSources,
    private readonly rates: RequestRates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const route = this.reflector.get<Route | undefined>(doorKey, context.getHandler());
    if (route === undefined) throw new CodedError('internal.unexpected', { internal: 'a handler has no door' });
    const state = stateOf(request);
    state.route = route;
    const stranger = () => this.rates.admit('address', request.ip ?? 'unknown', response);
    if ('public' in route.access) {
      if (route.access.unlimited !== true) await stranger();
      refuseCrossSite(request);
      return true;
    }
    refuseHead(request, response);
    const principal = await this.sources.recognise(credentialsOf(request.headers));
    if (principal === undefined) {
      await stranger();
      throw new CodedError('principal.missing');
    }
    await this.rates.admit('person', principal.personId, response);
    // A browser adds a cookie by itself, never an API key.
    if (principal.via.kind === 'session') refuseCrossSite(request);
    if (!principal.permissions.has(route.access.allow)) throw new CodedError('principal.forbidden');
    state.principal = principal;
    return true;
  }
}

/** Express answers HEAD by doing what GET does. A result would be read for it, here or at its holder, and count as sent. */
function refuseHead(request: Request, response: Response): void {
  if (request.method !== 'HEAD') return;
  response.set('Allow', 'GET');
  throw new CodedError('request.method_not_allowed');
}

/**
 * A browser may write only from the portal: a foreign page cannot set the header without asking first, and is never allowed.
 * `Sec-Fetch-Site` is judged when present; browsers leave it out on plain http.
 */
function refuseCrossSite(request: Request): void {
  if (reading.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const own = site === undefined || site === 'same-origin' || site === 'none';
  if (!own || request.headers['x-flux-request'] !== '1') throw new CodedError('request.cross_site');
}
