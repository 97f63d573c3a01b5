import type { Logger } from '@flux-context/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config.js';
import { CONFIG, LOGGER } from '../process.js';
import { ReceiptRepository } from './receipt.repository.js';

const everyMs = 3_600_000;
const dayMs = 86_400_000;

/** Forgets receipts after the time that the operator states. Their hashes stay in the log. */
@Injectable()
export class ReceiptRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  readonly #days: number;

  constructor(
    private readonly receipts: ReceiptRepository,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#days = config.RECEIPT_RETENTION_DAYS;
  }

  onApplicationBootstrap(): void {
    const forget = () => void this.forget().catch((error: unknown) => this.logger.warn('old receipts could not be forgotten', { error }));
    this.#timer = setInterval(forget, everyMs).unref();
    forget();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async forget(): Promise<void> {
    await this.receipts.forgetOlderThan(this.#days);
  }

  isOver(issuedAt: Date): boolean {
    return Date.now() - issuedAt.getTime() > this.#days * dayMs;
  }
}
