import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { CONFIG } from '../process.js';
import { AuditController } from './audit.controller.js';
import { AuditMetrics } from './audit.metrics.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditLogService } from './audit-log.service.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { Sequencer } from './sequencer.js';

const signer = { provide: CheckpointSigner, inject: [CONFIG], useFactory: (config: Config) => new CheckpointSigner(config.AUDIT_NAME, config.AUDIT_KEY) };

/** The log itself: sequencer, figures and doors. Apart from `AuditModule`, because who appends needs none of it. */
@Module({ controllers: [AuditController], providers: [AuditLogRepository, AuditLogService, AuditMetrics, Sequencer, signer], exports: [AuditLogService, Sequencer] })
export class AuditLogModule {}
