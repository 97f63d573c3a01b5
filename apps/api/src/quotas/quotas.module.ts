import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AllowanceService } from './allowance.service.js';
import { GrantRepository } from './grant.repository.js';
import { LedgerRepository } from './ledger.repository.js';
import { QuotaKeeper } from './quota.keeper.js';
import { QuotaMetrics } from './quota.metrics.js';
import { QuotaRepository } from './quota.repository.js';
import { QuotaService } from './quota.service.js';
import { QuotasController } from './quotas.controller.js';
import { UpkeepService } from './upkeep.service.js';

@Module({
  imports: [AuditModule],
  controllers: [QuotasController],
  providers: [QuotaRepository, GrantRepository, LedgerRepository, UpkeepService, QuotaService, QuotaKeeper, QuotaMetrics, AllowanceService],
  exports: [QuotaService, QuotaKeeper, AllowanceService],
})
export class QuotasModule {}
