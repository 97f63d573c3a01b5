import { type Entitlement, entitlementRoutes, type Principal } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Caller, Door, Input, type InputOf } from '../http/index.js';
import { EntitlementService } from './entitlement.service.js';

@Controller()
export class EntitlementsController {
  constructor(private readonly entitlements: EntitlementService) {}

  @Door(entitlementRoutes.list)
  async list(): Promise<{ entitlements: Entitlement[] }> {
    return { entitlements: await this.entitlements.list() };
  }

  @Door(entitlementRoutes.import)
  import(@Input() { body }: InputOf<typeof entitlementRoutes.import>, @Caller() caller: Principal): Promise<Entitlement> {
    return this.entitlements.import(body, { kind: 'person', personId: caller.personId });
  }
}
