import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PoolsModule } from '../pools/index.js';
import { ModelLicenceRepository } from './model-licence.repository.js';
import { ModelService } from './model.service.js';
import { ModelsController } from './models.controller.js';

@Module({
  imports: [AuditModule, PoolsModule],
  controllers: [ModelsController],
  providers: [ModelLicenceRepository, ModelService],
  exports: [ModelService],
})
export class ModelsModule {}
