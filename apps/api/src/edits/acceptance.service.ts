import { Injectable } from '@nestjs/common';
import { newId } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { ModelService } from '../models/index.js';
import { PoolService } from '../pools/index.js';
import { answerCeiling } from './answer-ceiling.js';
import { DispatchService } from './dispatch.service.js';
import type { EditRequest } from './edit-request.js';
import { forget } from './edit-request.js';
import { EditSettings } from './edit-settings.js';
import { fingerprintOf } from './fingerprint.js';
import { HeldEdits } from './held-edits.js';
import type { Fingerprint } from './idempotency.repository.js';
import { EditLedger } from './edit-ledger.js';
import { route, type Refused, type Routed } from './router.js';
import type { RunningEdit } from './running-edit.js';

/** A new edit that runs, or the id of the edit that the same Idempotency-Key stands for. */
export type Acceptance = { readonly async: boolean } & ({ readonly kind: 'running'; readonly edit: RunningEdit } | { readonly kind: 'replay'; readonly editId: string });

/** Steps 3 and 4 in the life of an edit: route it, reserve for it, and hand it on to dispatch. */
@Injectable()
export class AcceptanceService {
  constructor(
    private readonly pools: PoolService,
    private readonly models: ModelService,
    private readonly ledger: EditLedger,
    private readonly dispatch: DispatchService,
    private readonly held: HeldEdits,
    private readonly settings: EditSettings,
  ) {}

  /** Throws what the router refuses, `quota.exhausted`, `capacity.*` or `idempotency.mismatch`; then nothing is left behind. */
  async accept(request: EditRequest): Promise<Acceptance> {
    try {
      const acceptance = await this.open(request);
      if (acceptance.kind === 'replay') request.claim.release();
      return acceptance;
    } catch (error) {
      request.claim.release();
      throw error;
    } finally {
      forget(request);
    }
  }

  private async open(request: EditRequest): Promise<Acceptance> {
    if (this.held.closing) throw new CodedError('capacity.shutting_down', { retryAfterSeconds: 1 });
    const fingerprint = request.idempotencyKey === undefined ? undefined : fingerprintOf(request, request.idempotencyKey, this.settings.idempotencySecret);
    let routed: Routed;
    try {
      routed = await this.route(request);
    } catch (refusal) {
      // What was accepted before is answered, also when nobody could run it now.
      const earlier = fingerprint && (await this.ledger.earlier(request.principal.personId, fingerprint));
      if (earlier === undefined) throw refusal;
      return { kind: 'replay', editId: earlier, async: request.async };
    }
    const answerBytesMax = answerCeiling(routed.pixels ?? this.settings.picturePixelsMax, routed.format, request.deep);
    request.claim.grow(answerBytesMax);

    const editId = newId('edit');
    return this.held.arrive(editId, this.admit(editId, request, { routed, fingerprint, answerBytesMax }));
  }

  private async admit(editId: string, request: EditRequest, opened: { routed: Routed; fingerprint: Fingerprint | undefined; answerBytesMax: number }): Promise<Acceptance> {
    const { routed, fingerprint, answerBytesMax } = opened;
    const deadline = new Date(Date.now() + this.settings.deadlineSeconds * 1_000);
    const replay = await this.ledger.accept({ editId, request, routed, fingerprint, deadline });
    if (replay !== undefined) return { kind: 'replay', editId: replay, async: request.async };
    const edit = await this.dispatch.dispatch(editId, request, { routed, deadline, answerBytesMax });
    return { kind: 'running', edit, async: request.async };
  }

  private async route(request: EditRequest): Promise<Routed> {
    const abilities = { pools: this.pools.states(), usableModels: await this.models.usable(), picturePixelsMax: this.settings.picturePixelsMax };
    const decision = route({ ...request, hasMask: request.mask !== undefined, references: request.references.length }, abilities);
    if (decision.kind === 'refused') throw refusal(decision);
    return decision;
  }
}

function refusal(refused: Refused): CodedError {
  const { kind: _, code, ...detail } = refused;
  return new CodedError(code, detail);
}
