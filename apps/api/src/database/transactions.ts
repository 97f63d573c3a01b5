import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type DatabaseSettings, dataSourceOptions } from './options.js';

/** An open transaction. Methods that write take it first, so that a caller cannot forget that there is one. */
export type Tx = EntityManager;

/** Where transactions begin. What `work` throws rolls everything back and goes on to the caller. */
@Injectable()
export class Transactions {
  readonly #later = new WeakMap<Tx, (() => void)[]>();

  constructor(private readonly dataSource: DataSource) {}

  /** On a connection of its own, with another role than the rest of the process. `close` ends it. */
  static async connect(settings: DatabaseSettings): Promise<Transactions & { close(): Promise<void> }> {
    const dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
    return Object.assign(new Transactions(dataSource), { close: () => dataSource.destroy() });
  }

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
