import type { Progress } from '@flux-context/contracts';

/** An edit that is over sooner tells nothing on its way: nobody could read it. */
const firstMs = 150;
const betweenMs = 100;

/** Passes on where an edit is, at most every 100 ms and always the latest; a lost word does no harm. */
export class ProgressRelay {
  private latest: Progress | undefined;
  private timer: NodeJS.Timeout | undefined;
  private waitMs = firstMs;

  constructor(private readonly send: (progress: Progress) => Promise<void>) {}

  note(progress: Progress): void {
    this.latest = progress;
    this.timer ??= setTimeout(() => void this.pass(), this.waitMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.latest = undefined;
  }

  private async pass(): Promise<void> {
    this.timer = undefined;
    this.waitMs = betweenMs;
    const progress = this.latest;
    if (!progress) return;
    this.latest = undefined;
    await this.send(progress).catch(() => undefined);
  }
}
