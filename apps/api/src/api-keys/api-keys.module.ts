import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { PrincipalSources } from '../http/index.js';
import { SeatsModule } from '../seats/index.js';
import { ApiKeyRow } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { ApiKeyService } from './api-key.service.js';
import { ApiKeysController } from './api-keys.controller.js';
import { LocalCredential } from './local-credential.js';

@Module({ imports: [TypeOrmModule.forFeature([ApiKeyRow]), AuditModule, SeatsModule], controllers: [ApiKeysController], providers: [ApiKeyRepository, ApiKeyService, LocalCredential] })
export class ApiKeysModule {
  constructor(sources: PrincipalSources, keys: ApiKeyService) {
    sources.register({ recognise: async ({ bearer }) => (bearer === undefined ? undefined : keys.recognise(bearer)) });
  }
}
