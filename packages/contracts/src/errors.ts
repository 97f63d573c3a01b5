/**
 * The closed set of error codes. Each code fixes its HTTP status, the public sentence, whether the same call may
 * succeed later, and the log level. Nothing outside this table is ever sent to a caller.
 */
export interface ErrorDefinition {
  readonly status: number;
  /** The public sentence: what happened and what to do. Never holds a value of the input. */
  readonly title: string;
  readonly retryable: boolean;
  readonly level: 'info' | 'warn' | 'error';
}

const callers = (status: number, title: string, retryable = false): ErrorDefinition => ({ status, title, retryable, level: 'info' });
const ours = (status: number, title: string, retryable = true): ErrorDefinition => ({ status, title, retryable, level: 'error' });

export const errorDefinitions = {
  'request.invalid': callers(400, 'The request does not have the expected form. See the listed paths.'),
  'request.malformed': callers(400, 'The request body could not be read. Check its encoding and length.'),
  'request.header_invalid': callers(400, 'A header has a value that is not allowed. See the listed paths.'),
  'request.not_found': callers(404, 'There is nothing at this address.'),
  'request.method_not_allowed': callers(405, 'This address does not answer to that method.'),
  'request.too_large': callers(413, 'The request body is larger than this address accepts.'),
  'request.media_type': callers(415, 'This address expects another Content-Type. See the API documentation.'),
  'request.cross_site': callers(403, 'A browser may write only from the portal itself, with the X-Flux-Request header.'),

  'principal.missing': callers(401, 'Sign in, or send an API key as a bearer token.'),
  'principal.forbidden': callers(403, 'Your role or API key does not allow this. Ask an administrator.'),

  'session.link_invalid': callers(401, 'This sign-in link was used already or has expired. Ask for a new one.'),
  'person.not_found': callers(404, 'There is no such person.'),
  'person.exists': callers(409, 'There is already a person with this e-mail address.'),
  'person.active': callers(409, 'Only somebody who was deactivated can be erased.'),
  'person.last_owner': callers(409, 'The last owner cannot be deactivated or lose the role. Name another owner first.'),
  'seat.exhausted': callers(409, 'All seats are taken. Free one, or import an entitlement with more.'),
  'api_key.not_found': callers(404, 'There is no such API key.'),
  'api_key.scope': callers(403, 'An API key cannot be given a permission that its creator does not have, nor one that is for people only.'),
  'entitlement.invalid': callers(400, 'The entitlement could not be verified. Import the file exactly as it was received.'),
  'entitlement.imported': callers(409, 'This entitlement was imported already.'),

  'instruction.empty': callers(400, 'Say what to do with the picture.'),
  'instruction.too_long': callers(400, 'The instruction is too long. Use at most 4,000 characters.'),
  'instruction.needs_model': callers(422, 'Part of the instruction was not understood, and there is no image model here now that may be used to try it.'),
  'instruction.not_understood': callers(422, 'Part of the instruction was not understood by the exact engine, which was asked for. Say it in other words, or ask for the engine "auto".'),
  'instruction.contradiction': callers(422, 'The instruction excludes something, which an exact edit cannot promise. Say only what should happen.'),
  'plan.invalid': callers(400, 'The plan is not valid. See the listed paths.'),
  'plan.not_applicable': callers(422, 'This edit cannot be applied to a picture of this size, or names a reference that was not sent.'),

  'picture.missing': callers(400, 'Send the picture in the field "image".'),
  'picture.type': callers(415, 'The picture is not a JPEG, PNG, WebP, AVIF or HEIC file, or this appliance does not accept its format. See sourceFormats of /v1/limits.'),
  'picture.too_large': callers(413, 'The picture file is larger than this appliance accepts.'),
  'picture.too_many_pixels': callers(422, 'The picture or the result has more pixels than this appliance accepts.'),
  'picture.too_small': callers(422, 'The picture is too small for the model: its sides must be at least 64 pixels long.'),
  'picture.too_elongated': callers(422, 'The picture is too long for its width, or too wide for its height, for the model.'),
  'picture.unreadable': callers(422, 'The picture is damaged or incomplete and could not be read.'),
  'picture.unsupported': callers(422, 'The picture uses a feature of its format that is not supported.'),
  'picture.animated': callers(422, 'The picture is animated. Send a single frame.'),
  'mask.mismatch': callers(422, 'The edit needs a mask as wide and as high as the picture.'),

  'quota.exhausted': callers(402, 'No edits are left. Ask an administrator for more, or for a seat if you have none; the allowance of seats renews each month.'),
  'idempotency.mismatch': callers(422, 'This Idempotency-Key was used with another request. Use a new key.'),

  'audit.not_found': callers(404, 'The audit log has no such entry, tile or checkpoint yet.'),

  'receipt.not_ready': callers(409, 'The edit is not erased yet, or the audit log has not signed its erasure yet. Ask again after the time in Retry-After.', true),
  'receipt.none': callers(404, 'The edit failed or was cancelled. Receipts are issued for edits that were carried out.'),
  'receipt.withheld': callers(404, 'Nobody observed the whole deletion of this edit, so no receipt vouches for it. The audit log says what was seen.'),
  'receipt.expired': callers(410, 'The receipt was kept for its time and is gone. Its hash stays in the audit log.'),

  'edit.not_found': callers(404, 'There is no such edit, or it is not yours.'),
  'edit.not_ready': callers(409, 'The edit is not finished yet. Follow its events or ask again.', true),
  'edit.result_gone': callers(410, 'The result was delivered and deleted. Nothing is kept.'),
  'edit.cancelled': callers(409, 'The edit was cancelled. Nothing was charged.'),
  'edit.finished': callers(409, 'The edit is finished and cannot be cancelled any more.'),
  'edit.deadline': { ...ours(504, 'The edit did not finish in time. Nothing was charged. Try again, or send a smaller picture.'), level: 'warn' },
  'edit.out_of_memory': { ...ours(422, 'The edit needs more memory than this appliance gives one edit. Nothing was charged. Send a smaller picture.', false), level: 'warn' },
  'edit.worker_lost': ours(502, 'The worker stopped while editing. Nothing was charged. Try again.'),
  'edit.sandbox_failed': ours(502, 'The edit stopped unexpectedly. Nothing was charged.'),
  'edit.holder_lost': ours(503, 'The server that held the edit stopped. Nothing was charged, or the unit was given back. Try again.'),
  'edit.answer_invalid': ours(502, 'The answer of the worker did not arrive whole. Nothing was charged. Try again.'),
  'edit.queue_unavailable': ours(503, 'The queue could not be reached. Nothing was charged. Try again shortly.'),
  'pool.unavailable': { ...ours(503, 'No worker is ready for this edit. Nothing was charged. Try again shortly.'), level: 'warn' },
  'pool.forbidden': callers(403, 'This pool is not open to you.'),
  'model.not_found': callers(422, 'No pool has this model loaded.'),
  'model.licence_required': callers(403, 'The licence of this image model forbids commercial use. An administrator must record a commercial licence first.'),
  'model.licence_not_needed': callers(409, 'This image model may be used without a commercial licence.'),
  'model.failed': ours(502, 'The image model failed. Nothing was charged. Try again, or tell your administrator when it happens again.'),
  'model.prompt_too_long': callers(422, 'The instruction has more words than the image model reads. Shorten it.'),
  'model.too_many_references': callers(422, 'The image model takes fewer reference pictures.'),

  'capacity.parcels': { ...callers(429, 'Too many edits are held at the moment. Try again after the time in Retry-After.', true), level: 'warn' },
  'capacity.person': callers(429, 'You have too many edits at once. Wait until one is finished; try again after the time in Retry-After.', true),
  'capacity.streams': callers(429, 'You follow too many edits at once. Close an event stream, or try again after the time in Retry-After.', true),
  'capacity.requests': callers(429, 'You have made too many requests. Try again after the time in Retry-After.', true),
  'capacity.address': callers(429, 'Too many requests without a valid sign-in came from this address. Try again after the time in Retry-After.', true),
  'capacity.shutting_down': { ...ours(503, 'This server is shutting down. Try again.'), level: 'info' },

  'internal.unexpected': ours(500, 'Something went wrong on our side. Nothing was charged. Quote the request id to support.', false),
  'internal.database': ours(503, 'The database could not be reached. Nothing was charged. Try again shortly.'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorDefinitions;

export const errorCodes = Object.keys(errorDefinitions) as [ErrorCode, ...ErrorCode[]];

export const isErrorCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(errorDefinitions, value);
