import { chmod, rename, writeFile } from 'node:fs/promises';
import { rolePermissions } from '@flux-context/contracts';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Config, publicUrl } from '../config.js';
import { CONFIG } from '../process.js';
import { SeatService } from '../seats/index.js';
import { ApiKeyService } from './api-key.service.js';

/**
 * In the embedded form programs of the same user find the appliance by a file with its address and a key of the first owner,
 * new at each start. Whoever can read the file could read the whole data folder beside it.
 */
@Injectable()
export class LocalCredential implements OnApplicationBootstrap {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly seats: SeatService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const path = this.config.LOCAL_CREDENTIAL_FILE;
    if (path === undefined) return;
    const owner = await this.seats.firstOwner();
    const apiKey = await this.keys.replaceLocal(owner.id, { label: 'Programs on this machine', permissions: rolePermissions.owner, expiresInDays: null });
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, `${JSON.stringify({ url: publicUrl(this.config), apiKey })}\n`, { mode: 0o600 });
    // An older file of this name would have kept its own mode.
    await chmod(unfinished, 0o600);
    await rename(unfinished, path);
  }
}
