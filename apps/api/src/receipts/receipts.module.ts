import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditLogModule, AuditModule } from '../audit/index.js';
import type { Config } from '../config.js';
import { CONFIG } from '../process.js';
import { ReceiptRow } from './receipt.entity.js';
import { ReceiptRepository } from './receipt.repository.js';
import { ReceiptRetention } from './receipt-retention.js';
import { ReceiptService } from './receipt.service.js';
import { ReceiptSigner } from './receipt-signer.js';
import { ReceiptsController } from './receipts.controller.js';

const signer = { provide: ReceiptSigner, inject: [CONFIG], useFactory: (config: Config) => new ReceiptSigner(config.AUDIT_NAME, config.RECEIPT_KEY) };

@Module({
  imports: [TypeOrmModule.forFeature([ReceiptRow]), AuditModule, AuditLogModule],
  controllers: [ReceiptsController],
  providers: [ReceiptRepository, ReceiptRetention, ReceiptService, signer],
  exports: [ReceiptService],
})
export class ReceiptsModule {}
