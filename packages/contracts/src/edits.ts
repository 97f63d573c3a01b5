import { z } from 'zod';
import { errorCodes, type ErrorCode } from './errors.js';
import { idOf } from './ids.js';
import { announcedModel, model } from './models.js';
import { defineRoute } from './routes.js';

export const engines = ['exact', 'diffusion'] as const;
export const engine = z.enum(engines).meta({ id: 'Engine' });
export type Engine = z.infer<typeof engine>;

/** Formats that can be written. What can be read is wider: see `sourceFormats`. */
export const outputFormats = ['jpeg', 'png', 'webp', 'avif'] as const;
export const outputFormat = z.enum(outputFormats).meta({ id: 'OutputFormat' });
export type OutputFormat = z.infer<typeof outputFormat>;

export const sourceFormats = ['jpeg', 'png', 'webp', 'avif', 'heic'] as const;
export type SourceFormat = (typeof sourceFormats)[number];

export const mediaTypes: Readonly<Record<SourceFormat, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  heic: 'image/heic',
};

export const instructionLengthMax = 4_000;
export const referencesMax = 4;
export const seedMax = 4_294_967_295;

export const editOptions = z
  .strictObject({
    engine: z.enum(['auto', ...engines]).default('auto').describe('auto: exact when the instruction is understood completely, else a model.'),
    model: z.string().min(1).max(120).optional().describe('An image model of /v1/limits; then the edit goes to that model.'),
    seed: z.int().min(0).max(seedMax).optional().describe('The same seed, words, picture and model give the same result; drawn when absent.'),
    output: z
      .strictObject({
        format: outputFormat.optional().describe("The source's own format; JPEG for a HEIC source."),
        quality: z.int().min(1).max(100).default(90).describe('For JPEG, WebP and AVIF; PNG is always lossless.'),
      })
      .prefault({}),
    private: z.boolean().default(false).describe('Edit in a private pool only; never in a shared one.'),
  })
  .refine(({ engine, model }) => engine !== 'exact' || model === undefined, { path: ['model'], error: 'the exact engine has no model' })
  .meta({ id: 'EditOptions' });
export type EditOptions = z.infer<typeof editOptions>;

/** The life of an edit as its row tells it. `failed` covers cancelled ones; the code says which. */
export const editStates = ['accepted', 'settled', 'delivered', 'erased', 'failed'] as const;
export const editState = z.enum(editStates).meta({ id: 'EditState' });
export type EditState = z.infer<typeof editState>;

/** The stages an edit walks through, in order; also the values of the label `stage`. */
export const stages = ['receive', 'seal', 'queue', 'open', 'decode', 'edit', 'encode', 'settle', 'send'] as const;
export const stage = z.enum(stages).meta({ id: 'Stage' });
export type Stage = z.infer<typeof stage>;

/** What an image model did beside what it was asked to, and what the region lock left of it. */
export const drift = z
  .strictObject({
    reframed: z.boolean().describe('The model framed the scene anew, so that nothing could be kept but what lies outside a painted mask.'),
    changedShare: z.number().min(0).max(1).describe("Share of the pixels that are not the source's any more."),
    differingBytes: z.int().min(0).describe("Bytes outside of them that differ from the source's: compared after writing, and 0."),
  })
  .meta({ id: 'Drift' });
export type Drift = z.infer<typeof drift>;

export const editStatus = z
  .object({
    id: idOf('edit'),
    state: editState,
    engine,
    model: model.optional().describe('The image model that edits, and its licence.'),
    pool: z.string(),
    code: z.enum(errorCodes).optional().describe('Why it failed.'),
    stage: stage.optional().describe('Where a running edit is.'),
    step: z.int().optional(),
    steps: z.int().optional(),
    queuePosition: z.int().optional().describe('Edits ahead of this one; 0 is next.'),
    createdAt: z.iso.datetime(),
    deadline: z.iso.datetime(),
    settledAt: z.iso.datetime().optional(),
    drift: drift.optional().describe('Told with the result of an image model.'),
    resultUntil: z.iso.datetime().optional().describe('The result can be read until then, and not after.'),
    receiptNonce: z.string().regex(/^[0-9a-f]{64}$/).optional().describe('Ties the deletion receipt to your files. Keep it: it is forgotten when the edit is erased.'),
  })
  .meta({ id: 'EditStatus' });
export type EditStatus = z.infer<typeof editStatus>;

const editParams = z.object({ editId: idOf('edit') });
const picture = z.string().meta({ format: 'binary' });

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .describe('A key of your choice, 1 to 255 visible ASCII characters; a retry with the same key and body is never charged twice.');

/** The fields of the multipart body. Files are bytes; the others are text. */
export const editForm = z
  .object({
    image: picture.describe('JPEG, PNG, WebP, AVIF or HEIC.'),
    instruction: z.string().max(instructionLengthMax).optional().describe('The edit in plain words.'),
    plan: z.string().optional().describe('A plan as JSON, instead of an instruction.'),
    mask: picture.optional().describe('As large as the picture; white where light and colour may change it, unless the instruction names a place itself.'),
    reference: z.array(picture).max(referencesMax).optional(),
    options: z.string().optional().describe('EditOptions as JSON.'),
  })
  .meta({ id: 'EditForm' });

/** How an edit can fail once it was accepted: the caller who waits is told so at once, everybody else by `/result`. */
const failures = [
  'picture.unreadable', 'picture.unsupported', 'picture.animated', 'picture.too_many_pixels', 'plan.not_applicable', 'mask.mismatch',
  'edit.cancelled', 'edit.deadline', 'edit.out_of_memory', 'edit.worker_lost', 'edit.sandbox_failed', 'edit.answer_invalid', 'edit.holder_lost', 'edit.queue_unavailable',
  'model.failed', 'model.prompt_too_long', 'picture.too_small', 'picture.too_elongated',
] as const satisfies readonly ErrorCode[];

const resultHeaders = {
  'Edit-Id': 'The edit.',
  'Receipt-Location': 'Where its deletion receipt will be.',
  'Receipt-Nonce': 'Ties the receipt to your files; in hex, forgotten when the edit is erased.',
};

export const editRoutes = {
  create: defineRoute({
    id: 'createEdit',
    method: 'POST',
    path: '/v1/edits',
    tag: 'Edits',
    summary: 'Edit a picture',
    description: 'Answers with the edited picture. With `Prefer: respond-async` it answers 202 at once; follow `/events` and read `/result`.',
    access: { allow: 'edit:create' },
    headers: z.object({ prefer: z.string().max(200).optional(), 'idempotency-key': idempotencyKey.optional() }),
    body: { contentType: 'multipart/form-data', schema: editForm },
    responses: {
      200: { description: 'The edited picture.', contentType: 'image/*', headers: resultHeaders },
      202: { description: 'Accepted; runs on.', schema: editStatus, headers: { ...resultHeaders, Location: 'Status of the edit.' } },
    },
    errors: [
      'picture.missing', 'picture.type', 'picture.too_large', 'instruction.empty', 'instruction.too_long', 'instruction.needs_model', 'instruction.not_understood', 'instruction.contradiction', 'plan.invalid', 'model.not_found', 'model.licence_required', 'model.too_many_references',
      'pool.unavailable', 'quota.exhausted', 'capacity.parcels', 'capacity.person', 'capacity.shutting_down', 'idempotency.mismatch', 'edit.result_gone', ...failures,
    ],
  }),
  status: defineRoute({
    id: 'getEdit',
    method: 'GET',
    path: '/v1/edits/{editId}',
    tag: 'Edits',
    summary: 'Status of an edit',
    access: { allow: 'edit:read' },
    params: editParams,
    responses: { 200: { description: 'The status.', schema: editStatus } },
    errors: ['edit.not_found', 'edit.result_gone', 'edit.holder_lost'],
  }),
  events: defineRoute({
    id: 'followEdit',
    method: 'GET',
    path: '/v1/edits/{editId}/events',
    tag: 'Edits',
    summary: 'Follow an edit',
    description: 'Server-sent events named `status`, each an EditStatus. The stream ends after the final one.',
    access: { allow: 'edit:read' },
    params: editParams,
    responses: { 200: { description: 'The events.', contentType: 'text/event-stream' } },
    errors: ['capacity.streams', 'edit.not_found', 'edit.result_gone', 'edit.holder_lost'],
  }),
  result: defineRoute({
    id: 'getEditResult',
    method: 'GET',
    path: '/v1/edits/{editId}/result',
    tag: 'Edits',
    summary: 'The edited picture',
    description: 'Readable by its owner until the redelivery window ends, then gone.',
    access: { allow: 'edit:read' },
    params: editParams,
    responses: { 200: { description: 'The edited picture.', contentType: 'image/*', headers: resultHeaders } },
    errors: ['edit.not_found', 'edit.not_ready', 'edit.result_gone', ...failures],
  }),
  cancel: defineRoute({
    id: 'cancelEdit',
    method: 'DELETE',
    path: '/v1/edits/{editId}',
    tag: 'Edits',
    summary: 'Cancel an edit, or delete its result now',
    access: { allow: 'edit:cancel' },
    params: editParams,
    responses: { 200: { description: 'Cancelled and released, or its result deleted.', schema: editStatus } },
    errors: ['edit.not_found', 'edit.finished', 'edit.result_gone', 'edit.holder_lost'],
  }),
};

/** What an employee may send here, so that the portal and the CLI can say so before anything is uploaded. */
export const limits = z
  .object({
    pictureBytesMax: z.int(),
    picturePixelsMax: z.int(),
    referencesMax: z.int().describe('The most that an engine or model here takes now; each model says for itself, too.'),
    instructionLengthMax: z.int(),
    deadlineSeconds: z.int(),
    redeliverySeconds: z.int(),
    sourceFormats: z.array(z.enum(sourceFormats)),
    outputFormats: z.array(outputFormat),
    engines: z.array(engine).describe('Engines that a pool open to you has now.'),
    models: z.array(announcedModel.meta({ id: 'UsableModel' })).describe('Image models that can be used now; the first is taken when none is named.'),
  })
  .meta({ id: 'Limits' });
export type Limits = z.infer<typeof limits>;

export const limitsRoute = defineRoute({
  id: 'getLimits',
  method: 'GET',
  path: '/v1/limits',
  tag: 'Edits',
  summary: 'What this appliance accepts',
  access: { allow: 'edit:create' },
  responses: { 200: { description: 'The limits.', schema: limits } },
  errors: [],
});
