/**
 * What happened, written in the transaction of what it tells: `append` inserts one row and locks nothing. It takes ids and
 * closed sets only, and it must never be asked to hold a name, an address or content. Later the sequencer gives the row its
 * place in the log, an RFC 6962 tree whose signed checkpoints outsiders verify. Names stand beside the log, never in it, under
 * a key of their person that `PersonalRecords` can destroy.
 */
export { AuditLogModule } from './audit-log.module.js';
export { AuditModule } from './audit.module.js';
export { AuditService } from './audit.service.js';
export { AuditLogService } from './audit-log.service.js';
export { PersonalRecords } from './personal-records.js';
export { NoteSigner, sha256 } from './note-signer.js';
