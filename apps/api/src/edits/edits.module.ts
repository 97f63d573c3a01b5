import { createHash, timingSafeEqual } from 'node:crypto';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Logger } from '@flux-context/runtime';
import { TicketQueue } from '@flux-context/queue';
import type { Registry } from 'prom-client';
import { AuditModule } from '../audit/index.js';
import { Transactions } from '../database/index.js';
import { InternalListener, ParcelStore } from '../parcels/index.js';
import { ModelsModule } from '../models/index.js';
import { PoolsModule, PoolService } from '../pools/index.js';
import { CONFIG, LOGGER, METRICS } from '../process.js';
import { QuotasModule } from '../quotas/index.js';
import { ReceiptsModule } from '../receipts/index.js';
import { SeatsModule } from '../seats/index.js';
import type { Config } from '../config.js';
import { AcceptanceService } from './acceptance.service.js';
import { CancellationService } from './cancellation.service.js';
import { DeliveryService } from './delivery.service.js';
import { DispatchService } from './dispatch.service.js';
import { EditAnswers } from './edit-answers.js';
import { EditDirectory } from './edit-directory.js';
import { EditEnds } from './edit-ends.js';
import { EditLedger } from './edit-ledger.js';
import { EditMetrics } from './edit.metrics.js';
import { EditReceipts } from './edit-receipts.js';
import { EditReception } from './edit-reception.js';
import { EditRepository } from './edit.repository.js';
import { EditRow } from './edit.entity.js';
import { EditSettings, editSettingsOf } from './edit-settings.js';
import { EditsController } from './edits.controller.js';
import { HeldEdits } from './held-edits.js';
import { HolderRepository, LEASE_CONNECTION } from './holder.repository.js';
import { HolderService } from './holder.service.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { LimitsController } from './limits.controller.js';
import { OrphanSweeper } from './orphan-sweeper.js';
import { PeerClient } from './peer-client.js';
import { PeerDoors } from './peer-doors.js';
import { SettlementService } from './settlement.service.js';
import { TicketQueues } from './ticket-queues.js';
import { Turnstile } from './turnstile.js';
import { WorkerDoors } from './worker-doors.js';

@Module({
  imports: [TypeOrmModule.forFeature([EditRow]), AuditModule, ModelsModule, PoolsModule, QuotasModule, SeatsModule, ReceiptsModule],
  controllers: [EditsController, LimitsController],
  providers: [
    { provide: EditSettings, useFactory: editSettingsOf, inject: [CONFIG] },
    { provide: ParcelStore, useFactory: (config: Config) => new ParcelStore(config.PARCEL_BYTES_MAX), inject: [CONFIG] },
    { provide: EditMetrics, useFactory: (registry: Registry, parcels: ParcelStore) => new EditMetrics(registry, parcels), inject: [METRICS, ParcelStore] },
    { provide: LEASE_CONNECTION, useFactory: ({ DATABASE_URL: url, DATABASE_PASSWORD: password }: Config) => Transactions.connect({ url, password, poolMax: 1 }), inject: [CONFIG] },
    { provide: InternalListener, useFactory: listenerOf, inject: [PoolService, EditSettings] },
    { provide: TicketQueues, useFactory: queuesOf, inject: [CONFIG, PoolService, HeldEdits, EditSettings, LOGGER] },
    AcceptanceService,
    CancellationService,
    DeliveryService,
    DispatchService,
    EditAnswers,
    EditDirectory,
    EditEnds,
    EditLedger,
    EditReceipts,
    EditReception,
    EditRepository,
    HeldEdits,
    HolderRepository,
    HolderService,
    IdempotencyRepository,
    OrphanSweeper,
    PeerClient,
    PeerDoors,
    SettlementService,
    Turnstile,
    WorkerDoors,
  ],
})
export class EditsModule {}

/** A worker shows its pool's credential, another API process the peers'. Compared as hashes, in constant time. */
function listenerOf(pools: PoolService, settings: EditSettings): InternalListener {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const peer = hash(settings.peerCredential);
  return new InternalListener((bearer) => {
    if (timingSafeEqual(hash(bearer), peer)) return { kind: 'peer' };
    const pool = pools.recognise(bearer);
    return pool === undefined ? undefined : { kind: 'worker', pool };
  });
}

function queuesOf(config: Config, pools: PoolService, held: HeldEdits, settings: EditSettings, logger: Logger): TicketQueues {
  const url = (config.QUEUE_URL ?? config.DATABASE_URL).reveal();
  const queues = pools.queues().map(({ pool, engine }) => {
    const onError = (error: unknown) => logger.warn('queue unreachable', { error });
    const queue = new TicketQueue({ connection: { url, schema: `queue_${pool}` }, pool, engine, onError });
    return [TicketQueues.key(pool, engine), queue] as const;
  });
  return new TicketQueues(new Map(queues), held, settings);
}
