import { type ModelState, modelRoutes, type Principal } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Caller, Door, Input, type InputOf } from '../http/index.js';
import { ModelService } from './model.service.js';

@Controller()
export class ModelsController {
  constructor(private readonly models: ModelService) {}

  /** Where the licence is kept concerns those who answer for it. */
  @Door(modelRoutes.list)
  async list(@Caller() caller: Principal): Promise<{ models: ModelState[] }> {
    const models = await this.models.list();
    return { models: caller.permissions.has('audit:read') ? models : models.map(({ id, family, licence, pools, withheldBy, usable }) => ({ id, family, licence, pools, withheldBy, usable })) };
  }

  @Door(modelRoutes.acceptLicence)
  acceptLicence(@Caller() caller: Principal, @Input() { params, body }: InputOf<typeof modelRoutes.acceptLicence>): Promise<ModelState> {
    return this.models.acceptLicence(params.modelId, body.reference, caller.personId);
  }

  @Door(modelRoutes.withdrawLicence)
  async withdrawLicence(@Caller() caller: Principal, @Input() { params }: InputOf<typeof modelRoutes.withdrawLicence>): Promise<void> {
    await this.models.withdrawLicence(params.modelId, caller.personId);
  }
}
