import type { ErrorCode } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';

type Scope = 'person' | 'address';
interface Standing {
  readonly admitted: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}
type Count = (scope: Scope, who: string) => Promise<Standing>;

const refusals = {
  person: { code: 'capacity.requests', limit: 'requestsPerPersonMinute' },
  address: { code: 'capacity.address', limit: 'requestsPerAddressMinute' },
} as const satisfies Record<Scope, { code: ErrorCode; limit: string }>;

/** Tells each caller how he stands, and refuses who asks too often. Who counts is told by the room that registers; without one nobody is refused. */
@Injectable()
export class RequestRates {
  #count: Count | undefined;

  register(count: Count): void {
    this.#count = count;
  }

  /** In the fields of the IETF draft `ratelimit-headers`: the policy, what remains of it, and in how many seconds it begins anew. */
  async admit(scope: Scope, who: string, response: Response): Promise<void> {
    const standing = await this.#count?.(scope, who);
    if (standing === undefined) return;
    const { admitted, limit, remaining } = standing;
    const retryAfterSeconds = Math.max(1, Math.ceil(standing.resetMs / 1_000));
    response.set({ 'RateLimit-Policy': `"${scope}";q=${limit};w=60`, RateLimit: `"${scope}";r=${remaining};t=${retryAfterSeconds}` });
    if (!admitted) throw new CodedError(refusals[scope].code, { retryAfterSeconds, limit: { name: refusals[scope].limit, value: limit } });
  }
}
