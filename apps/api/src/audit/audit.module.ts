import { fileSubjectKeys } from '@flux-context/envelope';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Config } from '../config.js';
import { CONFIG } from '../process.js';
import { AuditOutboxRow } from './audit-outbox.entity.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { PersonalRecords, SUBJECT_KEYS } from './personal-records.js';

const keys = { provide: SUBJECT_KEYS, inject: [CONFIG], useFactory: (config: Pick<Config, 'SUBJECT_KEYS_DIR'>) => fileSubjectKeys(config.SUBJECT_KEYS_DIR) };

@Module({ imports: [TypeOrmModule.forFeature([AuditOutboxRow])], providers: [AuditRepository, AuditService, PersonalRecords, keys], exports: [AuditService, PersonalRecords] })
export class AuditModule {}
