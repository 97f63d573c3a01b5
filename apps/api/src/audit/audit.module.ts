import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditOutboxRow } from './audit-outbox.entity.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';

@Module({ imports: [TypeOrmModule.forFeature([AuditOutboxRow])], providers: [AuditRepository, AuditService], exports: [AuditService] })
export class AuditModule {}
