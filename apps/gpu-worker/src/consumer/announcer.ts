import { internalPaths, type WorkerAnnouncement } from '@flux-context/contracts';
import type { KeySource } from '@flux-context/envelope';
import type { Logger, Secret } from '@flux-context/runtime';

const everyMs = 3_000;
/** While an API process does not listen: it may be starting again, and cannot take edits before it knows of a worker. */
const silentEveryMs = 500;
const rotateEveryMs = 60_000;

export interface AnnouncerOptions {
  readonly addresses: readonly string[];
  readonly credential: Secret;
  readonly keys: KeySource;
  readonly logger: Logger;
  /** What this worker is and can do now. */
  self(): Omit<WorkerAnnouncement, 'epoch' | 'publicKey'>;
}

/** Tells every API process, again and again, that this worker is there, what it can do and which key to seal to. */
export class Announcer {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private rotatedAt = -Infinity;
  private readonly silent = new Set<string>();

  constructor(private readonly options: AnnouncerOptions) {}

  /** Announces at once and then every three seconds, to one that fell silent more often. Rejects when there is no key to announce. */
  async start(): Promise<void> {
    await this.announce();
    this.announceLater();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private announceLater(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.announce()
        .catch((error: unknown) => this.options.logger.error('the key source failed', { error }))
        .finally(() => this.announceLater());
    }, this.silent.size > 0 ? silentEveryMs : everyMs);
  }

  private async announce(): Promise<void> {
    const { keys, addresses } = this.options;
    if (performance.now() - this.rotatedAt > rotateEveryMs) {
      await keys.rotate(new Date());
      this.rotatedAt = performance.now();
    }
    const { epoch, publicKey } = await keys.current();
    const announcement: WorkerAnnouncement = { ...this.options.self(), epoch, publicKey: Buffer.from(publicKey).toString('base64') };
    await Promise.all(addresses.map((address) => this.tell(address, announcement)));
  }

  /** Logs when an API process stops or starts to listen, not every time. */
  private async tell(address: string, announcement: WorkerAnnouncement): Promise<void> {
    const { logger, credential } = this.options;
    const heard = await fetch(new URL(internalPaths.workers, address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credential.reveal()}` },
      body: JSON.stringify(announcement),
      signal: AbortSignal.timeout(everyMs),
    }).then((response) => response.status, () => undefined);
    if (heard === 204) {
      if (this.silent.delete(address)) logger.info('announced again', { address });
    } else if (!this.silent.has(address)) {
      this.silent.add(address);
      logger.warn('an API process does not take the announcement', { address, status: heard });
    }
  }
}
