import { defineRoute, type Permission, type Principal, newId } from '@flux-context/contracts';
import { createLogger, createMetrics } from '@flux-context/runtime';
import { type INestApplication, Inject, Module, type Type } from '@nestjs/common';
import { createApp, type Credentials, HttpModule, type PrincipalSource, PrincipalSources } from '../http/index.js';
import { LOGGER, METRICS } from '../process.js';

/** Recognises `key-PERMISSION` as an API key and the cookie `who=PERMISSION` as a session with just that permission. */
class OneWordSource implements PrincipalSource {
  async recognise({ bearer, cookies }: Credentials): Promise<Principal | undefined> {
    const permission = bearer?.replace('key-', '') ?? cookies.get('who');
    if (permission === undefined || permission === 'nobody') return undefined;
    const via = bearer === undefined ? { kind: 'session' as const, sessionId: newId('session') } : { kind: 'api_key' as const, apiKeyId: newId('apiKey') };
    return { personId: newId('person'), role: 'member', permissions: new Set([permission.replace('.', ':') as Permission]), via };
  }
}

/** For specs: an application of these controllers alone, with the real doors in front, and every line that it logs. */
export async function doorsOf(controllers: Type[]): Promise<{ app: INestApplication; lines: string[] }> {
  const lines: string[] = [];
  const logger = createLogger({ app: 'test', level: 'info', destination: { write: (line) => lines.push(line) } });

  @Module({ imports: [HttpModule.open({ complete: false })], controllers })
  class Doors {
    constructor(@Inject(PrincipalSources) sources: PrincipalSources) {
      sources.register(new OneWordSource());
    }
  }
  @Module({})
  class Process {}
  const providers = [
    { provide: LOGGER, useValue: logger },
    { provide: METRICS, useValue: createMetrics() },
  ];
  const app = await createApp(
    { module: Doors, imports: [{ module: Process, global: true, providers, exports: providers }] },
    { logger, https: true },
  );
  return { app, lines };
}

/** A route for a spec's own handler. */
export const testRoute = defineRoute;
