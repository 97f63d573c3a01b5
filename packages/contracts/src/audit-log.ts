import { z } from 'zod';
import { idOf } from './ids.js';
import { defineRoute } from './routes.js';

/** One entry of the log and everything that an outsider needs to check it offline, but the log's key. */
export const auditEntry = z
  .object({
    index: z.int().min(0),
    entry: z.string().describe('The entry: canonical JSON, of which every byte is hashed.'),
    proof: z.string().describe('c2sp.org/tlog-proof: the audit path and the signed checkpoint.'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;

/** What somebody was called when an event was recorded about him. Kept beside the log and no part of it, so that it can be erased. */
export const personalFields = z.strictObject({ name: z.string(), email: z.string() }).meta({ id: 'PersonalFields' });
export type PersonalFields = z.infer<typeof personalFields>;

export const auditPerson = z
  .object({
    index: z.int().min(0),
    subject: idOf('person'),
    personal: personalFields.nullable().describe('`null` once the person was erased.'),
  })
  .meta({ id: 'AuditPerson' });
export type AuditPerson = z.infer<typeof auditPerson>;

const base = { method: 'GET', tag: 'Audit', access: { allow: 'audit:read' }, errors: ['audit.not_found'] } as const;
const prefix = '/v1/admin/audit';
const entryParams = z.object({ index: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER) });

/** The log as c2sp.org/tlog-tiles serves it, below `/v1/admin/audit`, for verifiers that know the appliance or only the layout. */
export const auditRoutes = {
  checkpoint: defineRoute({
    ...base, id: 'getAuditCheckpoint', path: `${prefix}/checkpoint`, summary: 'The newest signed checkpoint',
    responses: { 200: { description: 'c2sp.org/tlog-checkpoint: name, size and root, signed with Ed25519.', contentType: 'text/plain; charset=utf-8' } },
  }),
  key: defineRoute({
    ...base, id: 'getAuditKey', path: `${prefix}/key`, summary: 'The public key that checkpoints are signed with',
    description: 'Keep it: a key that is asked for together with the log proves only that the log agrees with itself.',
    responses: { 200: { description: 'One line by c2sp.org/signed-note.', contentType: 'text/plain; charset=utf-8' } }, errors: [],
  }),
  minimum: defineRoute({
    ...base, id: 'getAuditMinimum', path: `${prefix}/minimum`, summary: 'The first entry that is still there',
    description: 'Entries before it were let go when their time was over; their hashes stay, and everything after them is proved as before.',
    responses: { 200: { description: 'Its index, a multiple of 256; 0 while all are there.', contentType: 'text/plain; charset=utf-8' } }, errors: [],
  }),
  tile: defineRoute({
    ...base, id: 'getAuditTile', path: `${prefix}/tile/{+address}`, summary: 'A tile of hashes or a bundle of entries',
    description: 'The address is `<level>/<index>` or `entries/<index>` in the spelling of c2sp.org/tlog-tiles; it may have several segments and end in `.p/<width>`.',
    params: z.object({ address: z.string().max(64) }),
    responses: { 200: { description: 'Hashes of 32 bytes each, or entries behind their lengths.', contentType: 'application/octet-stream' } },
  }),
  entry: defineRoute({
    ...base, id: 'getAuditEntry', path: `${prefix}/entries/{index}`, summary: 'One entry and the proof that it is in the log',
    params: entryParams,
    responses: { 200: { description: 'The entry and its proof.', schema: auditEntry } },
  }),
  person: defineRoute({
    ...base, id: 'getAuditPerson', path: `${prefix}/entries/{index}/person`, summary: 'What the person of an entry was called then',
    description: 'Kept beside `person.created`, `person.changed` and `session.opened`, sealed under a key of the person and no part of the log. 404 for every other entry.',
    params: entryParams,
    responses: { 200: { description: 'Name and e-mail address of that time.', schema: auditPerson } },
  }),
};
