import { createHmac } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { Transactions } from '../database/index.js';
import { RequestRates } from '../http/index.js';
import { CONFIG } from '../process.js';
import { networkOf } from './network.js';
import { RateCounter } from './rate-counter.js';
import { RateRepository } from './rate.repository.js';

@Module({ providers: [RateRepository, { provide: RateCounter, useFactory: counterOf, inject: [RateRepository, Transactions, CONFIG] }] })
export class RatesModule {
  constructor(rates: RequestRates, counter: RateCounter) {
    rates.register((scope, who) => counter.count(scope, scope === 'address' ? networkOf(who) : who));
  }
}

/** Rows name nobody: who it is stands there as a digest under a key that the database does not have. */
function counterOf(repository: RateRepository, transactions: Transactions, config: Config): RateCounter {
  const secret = config.IDEMPOTENCY_SECRET.reveal();
  return new RateCounter({
    limits: { person: config.REQUESTS_PER_PERSON_MINUTE, address: config.REQUESTS_PER_ADDRESS_MINUTE },
    take: (key, share, limit) => repository.take(transactions.manager, createHmac('sha256', secret).update(`rate ${key}`).digest(), share, limit),
    forget: () => repository.forget(transactions.manager),
  });
}
