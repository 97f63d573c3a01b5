import { Audit1764000000001 } from './1764000000001-audit.js';
import { Seats1764000000002 } from './1764000000002-seats.js';
import { Sessions1764000000003 } from './1764000000003-sessions.js';
import { ApiKeys1764000000004 } from './1764000000004-api-keys.js';
import { Quotas1764000000010 } from './1764000000010-quotas.js';
import { Entitlements1764000000011 } from './1764000000011-entitlements.js';
import { Edits1764000000020 } from './1764000000020-edits.js';
import { AuditLog1764000000030 } from './1764000000030-audit-log.js';
import { Receipts1764000000040 } from './1764000000040-receipts.js';
import { AuditRoles1764000000041 } from './1764000000041-audit-roles.js';
import { AuditRetention1764000000042 } from './1764000000042-audit-retention.js';
import { Models1764000000050 } from './1764000000050-models.js';
import { Rates1764000000060 } from './1764000000060-rates.js';
import { AuditPersonalFields1764000000070 } from './1764000000070-audit-personal-fields.js';
import { Reservations1764000000080 } from './1764000000080-reservations.js';

/** Every migration in order; each room adds its own. */
export const migrations = [
  Audit1764000000001, Seats1764000000002, Sessions1764000000003, ApiKeys1764000000004, Quotas1764000000010, Entitlements1764000000011, Edits1764000000020,
  AuditLog1764000000030, Receipts1764000000040, AuditRoles1764000000041, AuditRetention1764000000042, Models1764000000050, Rates1764000000060,
  AuditPersonalFields1764000000070, Reservations1764000000080,
];
