import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { InternalListener } from '../parcels/index.js';
import { EditEnds } from './edit-ends.js';
import { EditSettings } from './edit-settings.js';
import { HeldEdits } from './held-edits.js';
import { HolderRepository } from './holder.repository.js';
import { OrphanSweeper } from './orphan-sweeper.js';

const leaseSeconds = 5;
const beatMs = 1_000;

/**
 * This process as a holder: listens for its workers and peers, keeps its lease, ends edits at their deadline or when their
 * worker is lost, sweeps after dead holders, and drains at the end.
 */
@Injectable()
export class HolderService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly beating = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly listener: InternalListener,
    private readonly holders: HolderRepository,
    private readonly sweeper: OrphanSweeper,
    private readonly held: HeldEdits,
    private readonly ends: EditEnds,
    private readonly settings: EditSettings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(this.settings.internalHost, this.settings.internalPort);
    await this.holders.register(this.settings.holderId, this.settings.internalUrl, leaseSeconds);
    // A sweep may take long, a renewal must not wait for it.
    this.beat(() => this.renew());
    this.beat(() => this.sweep());
  }

  /**
   * Waits for edits that run and for results that were not read yet, so that an upgrade loses none. What is then left is closed: not settled, released; settled but
   * not delivered, given back by the same sweep that follows a crash.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.held.closing = true;
    const limit = AbortSignal.timeout(this.settings.drainSeconds * 1_000);
    await Promise.all(this.held.all().map((edit) => edit.handedOver(limit)));
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.beating);
    await this.ends.letGo();
    await this.listener.close();
    await this.holders.leave(this.settings.holderId);
    await this.sweeper.sweep();
  }

  /** Does it again and again, each time some time after the last was done. */
  private beat(work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const beating = work()
        .catch(() => undefined)
        .finally(() => {
          this.beating.delete(beating);
          this.beat(work);
        });
      this.beating.add(beating);
    }, beatMs).unref();
    this.timers.add(timer);
  }

  private async renew(): Promise<void> {
    if (await this.holders.renew(this.settings.holderId, leaseSeconds)) return;
    // The lease ended while this process stood still, and others may have closed its edits. So it lets go of all it holds,
    // as if it had died, and begins anew.
    await this.ends.letGo();
    await this.sweeper.sweep();
    await this.holders.revive(this.settings.holderId, leaseSeconds);
  }

  private async sweep(): Promise<void> {
    await this.ends.closeOverdue();
    await this.sweeper.sweep();
  }
}
