import { allRoutes, defineRoute } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Door } from './door.js';
import { openApiDocument } from './openapi.js';
import { Readiness } from './readiness.js';

const answering = (id: string, path: string, summary: string) =>
  defineRoute({ id, method: 'GET', path, tag: 'System', summary, access: { public: 'tells nothing but that and how the API answers', unlimited: true }, responses: { 200: { description: summary } }, errors: [] });

const doors = {
  health: answering('health', '/healthz', 'The process answers'),
  ready: answering('ready', '/readyz', 'The process takes work'),
  openapi: answering('openapi', '/openapi.json', 'The OpenAPI document'),
};

/** For balancers and for readers of the API; not part of the contract. */
@Controller()
export class SystemController {
  readonly #document = openApiDocument(allRoutes);

  constructor(private readonly readiness: Readiness) {}

  @Door(doors.health)
  health(): object {
    return { status: 'ok' };
  }

  @Door(doors.ready)
  async ready(): Promise<object> {
    await this.readiness.verify();
    return { status: 'ready' };
  }

  @Door(doors.openapi)
  openApi(): object {
    return this.#document;
  }
}
