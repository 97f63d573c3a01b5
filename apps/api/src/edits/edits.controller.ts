import { Controller } from '@nestjs/common';
import { editRoutes, receiptRoutes, type EditStatus, type Principal, type ReceiptDocument } from '@flux-context/contracts';
import { Answer, BytesAnswer, Caller, Door, EventsAnswer, HangUp, Input, Upload, type InputOf, type UploadForm } from '../http/index.js';
import { EditAnswers } from './edit-answers.js';
import { EditReceipts } from './edit-receipts.js';
import { EditReception } from './edit-reception.js';
import type { Picture } from './picture.js';
import { Turnstile } from './turnstile.js';

@Controller()
export class EditsController {
  constructor(
    private readonly reception: EditReception,
    private readonly answers: EditAnswers,
    private readonly receipts: EditReceipts,
    private readonly turnstile: Turnstile,
  ) {}

  @Door(editRoutes.create)
  async create(
    @Caller() principal: Principal,
    @Input() input: InputOf<typeof editRoutes.create>,
    @Upload() form: UploadForm,
    @HangUp() hangUp: AbortSignal,
  ): Promise<Answer | BytesAnswer> {
    const acceptance = await this.reception.receive(principal, input.headers, (limits) => form.read(limits));
    const editId = acceptance.kind === 'running' ? acceptance.edit.id : acceptance.editId;
    if (!acceptance.async) return bytesOf(await this.answers.result(principal, editId, 'ended', hangUp));
    const status = await this.answers.status(principal, editId);
    return new Answer(202, status, { ...headersOf(editId, status.receiptNonce), Location: `/v1/edits/${editId}`, 'Preference-Applied': 'respond-async' });
  }

  @Door(editRoutes.status)
  status(@Caller() principal: Principal, @Input() input: InputOf<typeof editRoutes.status>): Promise<EditStatus> {
    return this.answers.status(principal, input.params.editId);
  }

  @Door(editRoutes.events)
  async events(@Caller() principal: Principal, @Input() input: InputOf<typeof editRoutes.events>, @HangUp() hangUp: AbortSignal): Promise<EventsAnswer> {
    return new EventsAnswer(named(this.turnstile.counted(principal.personId, await this.answers.statuses(principal, input.params.editId, hangUp))));
  }

  @Door(editRoutes.result)
  async result(@Caller() principal: Principal, @Input() input: InputOf<typeof editRoutes.result>, @HangUp() hangUp: AbortSignal): Promise<BytesAnswer> {
    return bytesOf(await this.answers.result(principal, input.params.editId, 'result', hangUp));
  }

  @Door(editRoutes.cancel)
  cancel(@Caller() principal: Principal, @Input() input: InputOf<typeof editRoutes.cancel>): Promise<EditStatus> {
    return this.answers.cancel(principal, input.params.editId);
  }

  @Door(receiptRoutes.receipt)
  receipt(@Caller() principal: Principal, @Input() input: InputOf<typeof receiptRoutes.receipt>): Promise<ReceiptDocument> {
    return this.receipts.receipt(principal, input.params.editId);
  }
}

function headersOf(editId: string, nonce: string | undefined): Record<string, string> {
  return { 'Edit-Id': editId, 'Receipt-Location': `/v1/edits/${editId}/receipt`, ...(nonce !== undefined && { 'Receipt-Nonce': nonce }) };
}

function bytesOf({ editId, contentType, receiptNonce, bytes, sent }: Picture): BytesAnswer {
  return new BytesAnswer({ status: 200, headers: { ...headersOf(editId, receiptNonce), 'Content-Type': contentType }, bytes, ...(sent && { sent }) });
}

async function* named(statuses: AsyncIterable<EditStatus>): AsyncGenerator<{ event: string; data: EditStatus }> {
  for await (const data of statuses) yield { event: 'status', data };
}
