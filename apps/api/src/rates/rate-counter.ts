import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

export type RateScope = 'person' | 'address';

/** What a process was given of somebody's minute. */
export interface Share {
  readonly given: number;
  /** What other processes, and this one, can still be given. */
  readonly left: number;
  readonly endsInMs: number;
}

/** How somebody stands after a request was counted. */
export interface RateStanding {
  readonly admitted: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until a new minute begins, with the whole limit. */
  readonly resetMs: number;
}

export interface RateCounterParts {
  readonly limits: Readonly<Record<RateScope, number>>;
  /** Takes a share of the running minute, of which there is one for all processes. */
  take(key: string, share: number, limit: number): Promise<Share>;
  forget(): Promise<void>;
  /** Monotonic, in milliseconds. */
  readonly nowMs?: () => number;
}

interface Minute {
  here: number;
  left: number;
  endsMs: number;
  exhausted: boolean;
  taking: Promise<void> | undefined;
}

/** A process asks for so many parts of the limit, so for so many writes at most it counts a whole minute. */
const sharesPerMinute = 20;
const minuteMs = 60_000;
/** Of each scope. Beyond it the oldest are let go: whoever they are, their minute stands in the database. Many addresses push out addresses, and nobody who is known. */
const rememberedMax = 20_000;

/**
 * Counts requests without a write for each: a process takes a twentieth of somebody's minute from the database, spends it from
 * its own memory and asks again when it is spent. All processes together never admit more than the limit; one can refuse
 * somebody while others hold unspent shares of his, a twentieth each at most. Refusing costs nothing until the minute is over.
 */
export class RateCounter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly minutes: Readonly<Record<RateScope, Map<string, Minute>>> = { person: new Map(), address: new Map() };
  private readonly nowMs: () => number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RateCounterParts) {
    this.nowMs = parts.nowMs ?? (() => performance.now());
  }

  onApplicationBootstrap(): void {
    // What could not be removed now is removed next time.
    this.timer = setInterval(() => void this.forget().catch(() => undefined), minuteMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Removes minutes that are over, for all processes. */
  forget(): Promise<void> {
    return this.parts.forget();
  }

  /** Counts one request of somebody, or tells that it is one too many. Rejects when the database cannot be asked. */
  async count(scope: RateScope, who: string): Promise<RateStanding> {
    const limit = this.parts.limits[scope];
    const key = `${scope} ${who}`;
    for (;;) {
      const minute = this.minuteOf(scope, who, limit);
      const admitted = minute.here > 0;
      if (admitted) minute.here -= 1;
      if (admitted || minute.exhausted) return { admitted, limit, remaining: minute.here + minute.left, resetMs: minute.endsMs - this.nowMs() };
      minute.taking ??= this.takeShare(key, minute, limit).finally(() => (minute.taking = undefined));
      await minute.taking;
    }
  }

  private async takeShare(key: string, minute: Minute, limit: number): Promise<void> {
    const { given, left, endsInMs } = await this.parts.take(key, Math.ceil(limit / sharesPerMinute), limit);
    Object.assign(minute, { here: given, left, exhausted: given === 0, endsMs: this.nowMs() + endsInMs });
  }

  /** The minute that runs. Of a new one nothing is known until the first share is taken. */
  private minuteOf(scope: RateScope, who: string, limit: number): Minute {
    const minutes = this.minutes[scope];
    const known = minutes.get(who);
    if (known !== undefined && known.endsMs > this.nowMs()) return known;
    minutes.delete(who);
    const fresh: Minute = { here: 0, left: limit, endsMs: this.nowMs() + minuteMs, exhausted: false, taking: undefined };
    minutes.set(who, fresh);
    const [oldest] = minutes.keys();
    if (minutes.size > rememberedMax && oldest !== undefined) minutes.delete(oldest);
    return fresh;
  }
}
