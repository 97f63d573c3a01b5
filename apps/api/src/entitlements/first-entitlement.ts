import { readFileSync } from 'node:fs';
import { entitlementDocument } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EntitlementService } from './entitlement.service.js';

export const ENTITLEMENT_FILE = Symbol('entitlement file');

/** Imports the configured file at start unless that was done before. A file that cannot be verified stops the start. */
@Injectable()
export class FirstEntitlement implements OnApplicationBootstrap {
  constructor(
    @Inject(ENTITLEMENT_FILE) private readonly file: string | undefined,
    private readonly entitlements: EntitlementService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.file === undefined) return;
    const document = entitlementDocument.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    await this.entitlements.import(document, { kind: 'system' }).catch((error: unknown) => {
      if (!(error instanceof CodedError && error.code === 'entitlement.imported')) throw error;
    });
  }
}
