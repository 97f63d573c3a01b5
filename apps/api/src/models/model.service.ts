import { createHash } from 'node:crypto';
import type { AnnouncedModel, ModelState } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Transactions } from '../database/index.js';
import { PoolService, type PoolState } from '../pools/index.js';
import { ModelLicenceRepository, type RecordedLicence } from './model-licence.repository.js';

@Injectable()
export class ModelService {
  constructor(
    private readonly pools: PoolService,
    private readonly licences: ModelLicenceRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {}

  /** Every loaded model, by id. A model that pools have under different licences is as closed as the strictest of them. */
  async list(): Promise<ModelState[]> {
    const recorded = await this.recorded();
    const pools = this.pools.states();
    const loaded = new Map(pools.flatMap(({ models, withheld }) => [...models, ...withheld]).toSorted((a, b) => Number(a.licence.requiresAcceptance) - Number(b.licence.requiresAcceptance)).map((model) => [model.id, model]));
    return [...loaded.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((model) => describe(model, pools, recorded));
  }

  /** Ids of loaded models that may be used. Asks the database only where a licence needs to have been recorded. */
  async usable(): Promise<ReadonlySet<string>> {
    const models = this.pools.states().flatMap((pool) => pool.models);
    if (!models.some(({ licence }) => licence.requiresAcceptance)) return new Set(models.map(({ id }) => id));
    const recorded = await this.recorded();
    const closed = new Set(models.filter((model) => !isOpen(model, recorded)).map(({ id }) => id));
    return new Set(models.flatMap(({ id }) => (closed.has(id) ? [] : [id])));
  }

  /** Throws `model.not_found` and `model.licence_not_needed`. */
  async acceptLicence(modelId: string, reference: string, personId: string): Promise<ModelState> {
    const found = (await this.list()).find(({ id }) => id === modelId);
    if (!found) throw new CodedError('model.not_found');
    if (!found.licence.requiresAcceptance) throw new CodedError('model.licence_not_needed');
    const licence = found.licence.id;
    await this.transactions.run(async (tx) => {
      await this.licences.record(tx, { modelId, licence, reference, acceptedBy: personId });
      // The reference is free text, so the log binds it without saying it.
      await this.audit.append(tx, 'model.licence_accepted', { model: modelId, licence, referenceSha256: createHash('sha256').update(reference).digest('hex') }, { kind: 'person', personId });
    });
    return (await this.list()).find(({ id }) => id === modelId) ?? found;
  }

  async withdrawLicence(modelId: string, personId: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (await this.licences.remove(tx, modelId)) await this.audit.append(tx, 'model.licence_withdrawn', { model: modelId }, { kind: 'person', personId });
    });
  }

  private recorded(): Promise<RecordedLicence[]> {
    return this.licences.all(this.transactions.manager);
  }
}

const recordFor = ({ id, licence }: AnnouncedModel, recorded: readonly RecordedLicence[]): RecordedLicence | undefined =>
  recorded.find((record) => record.modelId === id && record.licence === licence.id);

const isOpen = (model: AnnouncedModel, recorded: readonly RecordedLicence[]): boolean => !model.licence.requiresAcceptance || recordFor(model, recorded) !== undefined;

function describe(announced: AnnouncedModel, pools: readonly PoolState[], recorded: readonly RecordedLicence[]): ModelState {
  const { id, family, licence } = announced;
  const record = recordFor(announced, recorded);
  const poolsWith = (kind: 'models' | 'withheld'): string[] => pools.filter((pool) => pool[kind].some((model) => model.id === id)).map(({ name }) => name);
  const offering = poolsWith('models');
  return {
    id, family, licence, pools: offering, withheldBy: poolsWith('withheld'),
    usable: offering.length > 0 && isOpen(announced, recorded),
    ...(record && { acceptance: { reference: record.reference, acceptedBy: record.acceptedBy, acceptedAt: record.acceptedAt.toISOString() } }),
  };
}
