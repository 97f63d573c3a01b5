import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** An open transaction. Methods that write take it first, so that a caller cannot forget that there is one. */
export type Tx = EntityManager;

/** Where transactions begin. What `work` throws rolls everything back and goes on to the caller. */
@Injectable()
export class Transactions {
  readonly #later = new WeakMap<Tx, (() => void)[]>();

  constructor(private readonly dataSource: DataSource) {}

  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const later: (() => void)[] = [];
    const result = await this.dataSource.transaction((tx) => {
      this.#later.set(tx, later);
      return work(tx);
    });
    for (const notice of later) notice();
    return result;
  }

  /** Runs `notice` once `tx` is committed, and never when it is rolled back. */
  afterCommit(tx: Tx, notice: () => void): void {
    const later = this.#later.get(tx);
    if (later === undefined) throw new Error('This transaction was not begun here.');
    later.push(notice);
  }

  /** For reading outside a transaction. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }
}
