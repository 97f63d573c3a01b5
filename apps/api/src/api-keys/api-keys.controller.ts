import { apiKeyRoutes, type Principal } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Caller, Door, Input, type InputOf } from '../http/index.js';
import { ApiKeyService } from './api-key.service.js';

@Controller()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeyService) {}

  @Door(apiKeyRoutes.list)
  async list(@Caller() caller: Principal): Promise<object> {
    return { apiKeys: await this.keys.list(caller.personId) };
  }

  @Door(apiKeyRoutes.create)
  create(@Caller() caller: Principal, @Input() { body }: InputOf<typeof apiKeyRoutes.create>): Promise<object> {
    return this.keys.create(caller, body);
  }

  @Door(apiKeyRoutes.revoke)
  async revoke(@Caller() caller: Principal, @Input() { params }: InputOf<typeof apiKeyRoutes.revoke>): Promise<void> {
    await this.keys.revoke(caller.personId, params.apiKeyId);
  }
}
