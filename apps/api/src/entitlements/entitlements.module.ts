import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { QuotasModule } from '../quotas/index.js';
import { SeatsModule } from '../seats/index.js';
import { EntitlementRepository } from './entitlement.repository.js';
import { EntitlementService } from './entitlement.service.js';
import { EntitlementsController } from './entitlements.controller.js';
import { ENTITLEMENT_FILE, FirstEntitlement } from './first-entitlement.js';
import { readVendorKeys, VENDOR_KEYS } from './vendor-keys.js';

export interface EntitlementSettings {
  /** Folder of the vendor's public keys, `<key id>.pem` each. Without it nothing can be imported. */
  readonly keysDirectory?: string | undefined;
  /** Imported at start, once. */
  readonly file?: string | undefined;
}

@Module({})
export class EntitlementsModule {
  static trust(settings: EntitlementSettings): DynamicModule {
    return {
      module: EntitlementsModule,
      imports: [AuditModule, QuotasModule, SeatsModule],
      controllers: [EntitlementsController],
      providers: [
        EntitlementRepository,
        EntitlementService,
        FirstEntitlement,
        { provide: VENDOR_KEYS, useFactory: () => readVendorKeys(settings.keysDirectory) },
        { provide: ENTITLEMENT_FILE, useValue: settings.file },
      ],
      exports: [EntitlementService],
    };
  }
}
