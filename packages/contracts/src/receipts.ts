import { z } from 'zod';
import { engine } from './edits.js';
import { idOf } from './ids.js';
import { defineRoute } from './routes.js';
import { isolation, model, poolName, printable } from './ticket.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const moment = z.iso.datetime();

/** What every receipt of version 1 says in words, so that it needs no other paper to be read. */
export const receiptWords = {
  claims:
    'This appliance sealed the picture to one pool and overwrote what was uploaded; it opened the picture in a sandboxed process whose end was observed; and no later than erasedAt it overwrote the sealed picture and the sealed result that it held. Where a model edited, pixels and words also passed through the process of the model, which overwrites its buffers after each edit and lives on. No program of ours wrote picture, result or words to a file, a database, a queue or a log.',
  doesNotClaim:
    'It does not bind who controls the host: an administrator, a hypervisor or changed software could have copied memory. Without attestation only this appliance vouches for the build that it names. Memory that the operating system or the language runtime had freed is not overwritten. What was delivered is with its owner and is not covered.',
} as const;

/** What is said when an edit was erased. Ids, times and closed sets, never content; the two HMACs say nothing without the nonce that only the owner was given. */
export const deletionReceipt = z
  .strictObject({
    version: z.literal(1),
    editId: idOf('edit'),
    personId: idOf('person').describe('The owner.'),
    pool: poolName,
    engine,
    model: model.nullable().describe('The model and its licence; null for the exact engine.'),
    isolation: isolation.describe('How far the isolation of the sandbox went.'),
    sandboxEnded: z.literal(true).describe("The worker observed the sandbox's end. Without it there is no receipt."),
    parcels: z.literal('overwritten').describe('The process that held the sealed parcels overwrote them itself. Without it there is no receipt.'),
    build: printable(100).nullable().describe('The build that the worker named; null when it named none.'),
    attestation: z.literal('none').describe('No hardware vouches for the build.'),
    acceptedAt: moment,
    settledAt: moment,
    deliveredAt: moment.nullable().describe('When the last byte was sent for the first time; null when the owner never read the result.'),
    erasedAt: moment,
    inputHmac: sha256.describe("HMAC-SHA-256 of the picture file as it was sent, under the edit's nonce."),
    outputHmac: sha256.describe("HMAC-SHA-256 of the result file, under the edit's nonce."),
    log: z.string().max(200).describe('Name of the audit log that carries the hash of this receipt.'),
    claims: z.literal(receiptWords.claims),
    doesNotClaim: z.literal(receiptWords.doesNotClaim),
  })
  .meta({ id: 'DeletionReceipt' });
export type DeletionReceipt = z.infer<typeof deletionReceipt>;

export const receiptKeys = z
  .object({ receipt: z.string().max(400).describe('Signs receipts.'), log: z.string().max(400).describe('Signs checkpoints of the audit log.') })
  .meta({ id: 'ReceiptKeys' });
export type ReceiptKeys = z.infer<typeof receiptKeys>;

/** Secret of one edit, 32 bytes in hex. Who has it and a file can tell whether the receipt is about that file. */
export const receiptNonce = sha256;

/** A receipt and everything needed to check it offline. */
export const receiptDocument = z
  .strictObject({
    receipt: deletionReceipt,
    signature: z.string().max(600).describe('Signature line of c2sp.org/signed-note over the receipt as canonical JSON and a line feed.'),
    entry: z.string().max(4_000).describe('The entry `edit.erased` of the audit log; it carries the SHA-256 of what is signed.'),
    proof: z.string().max(8_000).describe('c2sp.org/tlog-proof of the entry, with the signed checkpoint.'),
    keys: receiptKeys.describe('The public keys, by c2sp.org/signed-note. Compare them with those that you were given.'),
    nonce: receiptNonce.optional().describe("Never sent: a place for the owner's program to keep the nonce beside its receipt."),
  })
  .meta({ id: 'ReceiptDocument' });
export type ReceiptDocument = z.infer<typeof receiptDocument>;

export const receiptRoutes = {
  receipt: defineRoute({
    id: 'getEditReceipt',
    method: 'GET',
    path: '/v1/edits/{editId}/receipt',
    tag: 'Receipts',
    summary: 'The deletion receipt of an edit',
    description: 'There once the edit was erased and the audit log has signed that, some seconds later; until then 409 with `Retry-After`.',
    access: { allow: 'edit:read' },
    params: z.object({ editId: idOf('edit') }),
    responses: { 200: { description: 'The receipt with its signature and its proof.', schema: receiptDocument } },
    errors: ['edit.not_found', 'edit.holder_lost', 'receipt.not_ready', 'receipt.none', 'receipt.withheld', 'receipt.expired'],
  }),
  keys: defineRoute({
    id: 'getReceiptKeys',
    method: 'GET',
    path: '/v1/receipts/keys',
    tag: 'Receipts',
    summary: 'The public keys that receipts are checked with',
    description: 'Keep them: keys that come with a receipt prove only that it agrees with itself.',
    access: { public: 'Public keys, for whoever is shown a receipt.' },
    responses: { 200: { description: 'Each key is one line by c2sp.org/signed-note.', schema: receiptKeys } },
    errors: [],
  }),
};
