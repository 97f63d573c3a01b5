import { type AuditEntry, type AuditPerson, auditRoutes } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { BytesAnswer, Door, Input, type InputOf } from '../http/index.js';
import { AuditLogService } from './audit-log.service.js';
import { PersonalRecords } from './personal-records.js';

@Controller()
export class AuditController {
  constructor(
    private readonly log: AuditLogService,
    private readonly personal: PersonalRecords,
  ) {}

  @Door(auditRoutes.checkpoint)
  async checkpoint(): Promise<BytesAnswer> {
    return text((await this.log.checkpoint()).note);
  }

  @Door(auditRoutes.key)
  key(): BytesAnswer {
    return text(`${this.log.verifierKey}\n`);
  }

  @Door(auditRoutes.minimum)
  async minimum(): Promise<BytesAnswer> {
    return text(`${await this.log.minimum()}\n`);
  }

  @Door(auditRoutes.tile)
  async tile(@Input() { params }: InputOf<typeof auditRoutes.tile>): Promise<BytesAnswer> {
    return bytes('application/octet-stream', await this.log.tile(`tile/${params.address}`));
  }

  @Door(auditRoutes.entry)
  entry(@Input() { params }: InputOf<typeof auditRoutes.entry>): Promise<AuditEntry> {
    return this.log.entry(params.index);
  }

  @Door(auditRoutes.person)
  person(@Input() { params }: InputOf<typeof auditRoutes.person>): Promise<AuditPerson> {
    return this.personal.beside(params.index);
  }
}

const text = (words: string): BytesAnswer => bytes('text/plain; charset=utf-8', Buffer.from(words, 'utf8'));

const bytes = (type: string, whole: Uint8Array): BytesAnswer =>
  new BytesAnswer({
    status: 200,
    headers: { 'Content-Type': type },
    bytes: (async function* () {
      yield whole;
    })(),
  });
