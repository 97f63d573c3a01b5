import { CodedError } from '@flux-context/runtime';
import { Injectable } from '@nestjs/common';

/** What must be well before this process is sent work. A check throws a coded error when it is not. */
@Injectable()
export class Readiness {
  readonly #checks: (() => Promise<void>)[] = [];
  #leaving = false;

  register(check: () => Promise<void>): void {
    this.#checks.push(check);
  }

  /** From now on not ready, so that a balancer looks elsewhere. */
  leave(): void {
    this.#leaving = true;
  }

  async verify(): Promise<void> {
    if (this.#leaving) throw new CodedError('capacity.shutting_down');
    await Promise.all(this.#checks.map((check) => check()));
  }
}
