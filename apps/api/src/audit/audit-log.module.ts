import { Module } from '@nestjs/common';
import { Transactions } from '../database/index.js';
import type { Config } from '../config.js';
import { CONFIG } from '../process.js';
import { AuditController } from './audit.controller.js';
import { AuditMetrics } from './audit.metrics.js';
import { AuditModule } from './audit.module.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditRetention } from './audit-retention.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { Sequencer, SEQUENCER_TRANSACTIONS, type SequencerTransactions } from './sequencer.js';

const signer = { provide: CheckpointSigner, inject: [CONFIG], useFactory: (config: Config) => new CheckpointSigner(config.AUDIT_NAME, config.AUDIT_KEY) };

/** The sequencer's own connection and role, where the operator gave it one. */
const own = {
  provide: SEQUENCER_TRANSACTIONS,
  inject: [CONFIG, Transactions],
  useFactory: (config: Config, shared: Transactions): Promise<SequencerTransactions> | SequencerTransactions =>
    config.SEQUENCER_DATABASE_URL === undefined ? shared : Transactions.connect({ url: config.SEQUENCER_DATABASE_URL, poolMax: 2 }),
};

/** The log itself: sequencer, figures and doors. Apart from `AuditModule`, because who appends needs none of it. */
@Module({ imports: [AuditModule], controllers: [AuditController], providers: [AuditLogRepository, AuditLogService, AuditMetrics, AuditRetention, Sequencer, own, signer], exports: [AuditLogService, Sequencer] })
export class AuditLogModule {}
