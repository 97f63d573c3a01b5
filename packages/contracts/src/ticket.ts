import { z } from 'zod';
import { engine, outputFormat, sourceFormats, stage, stages } from './edits.js';
import { errorCodes } from './errors.js';
import { idOf } from './ids.js';

export const poolName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);

/** What the queue carries. It names an edit and where its sealed parcels lie; it opens nothing. */
export const ticket = z.strictObject({
  version: z.literal(1),
  editId: idOf('edit'),
  pool: poolName,
  engine,
  /** Base address of the holder's internal listener. */
  parcelsAt: z.url().max(300),
  deadline: z.iso.datetime(),
});
export type Ticket = z.infer<typeof ticket>;

/** Names of sealed parts, bound into the additional data of every chunk. */
export const partName = z.string().regex(/^(brief|image|mask|reference\.[0-9]|answer)$/);

/** What the holder tells a worker about an edit it fetches: what to open it with (epoch, encapsulated key) and its sealed parts in order. */
export const parcelHeader = z.strictObject({
  editId: idOf('edit'),
  pool: poolName,
  epoch: z.string().max(64),
  /** HPKE encapsulated key, base64. */
  enc: z.string().max(200),
  parts: z.array(z.strictObject({ name: partName, sealedBytes: z.int().min(1) })).min(2).max(8),
  /** The holder refuses an answer larger than this. */
  answerBytesMax: z.int().min(1),
});
export type ParcelHeader = z.infer<typeof parcelHeader>;

/** The sealed part `brief`: what to do. Content, so it exists only sealed and inside the sandbox. The plan's own schema lives in `instructions`. */
export const brief = z.strictObject({
  version: z.literal(1),
  plan: z.unknown(),
  source: z.enum(sourceFormats),
  output: z.strictObject({ format: outputFormat, quality: z.int().min(1).max(100) }),
  limits: z.strictObject({ pixelsMax: z.int().min(1) }),
});
export type Brief = z.infer<typeof brief>;

const milliseconds = z.number().min(0);
/** How long each stage took, in milliseconds. */
export const timings = z.partialRecord(z.enum(stages), milliseconds);
export type Timings = z.infer<typeof timings>;

/** What a worker says while it works: names and numbers, never content. */
export const progress = z.strictObject({ stage, step: z.int().min(0).optional(), steps: z.int().min(1).optional() });
export type Progress = z.infer<typeof progress>;

/** How far the isolation of the sandbox went; every receipt says it. */
export const isolations = ['bubblewrap', 'namespaces', 'process'] as const;
export const isolation = z.enum(isolations);
export type Isolation = z.infer<typeof isolation>;

/** Printable ASCII: it is signed and shown. */
export const printable = (lengthMax: number) => z.string().max(lengthMax).regex(/^[\x20-\x7e]+$/);

/** A model by its id and the licence that its bundle names (an SPDX expression or the name of the licence). */
export const model = z.strictObject({ id: printable(120), licence: printable(120) }).meta({ id: 'Model' });
export type Model = z.infer<typeof model>;

/** How an edit ended in the worker. Errors are a code and timings, never a message or a stack. */
export const report = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('completed'),
    engine,
    isolation,
    timings,
    /** SHA-256 of the sealed answer as it was returned, hex. */
    answerSha256: z.string().regex(/^[0-9a-f]{64}$/),
    answerBytes: z.int().min(1),
    /** Observed end of the sandbox. */
    sandboxEnded: z.boolean(),
    /** What edited; absent for the exact engine. */
    model: model.optional(),
    /** The worker's build, for the receipt. */
    build: printable(100).optional(),
  }),
  z.strictObject({ outcome: z.literal('failed'), engine, isolation, timings, code: z.enum(errorCodes), sandboxEnded: z.boolean() }),
]);
export type Report = z.infer<typeof report>;

/** A worker announces itself, its pool's current public key and what it can do, and repeats it before the lease ends. */
export const workerAnnouncement = z.strictObject({
  workerId: idOf('worker'),
  pool: poolName,
  epoch: z.string().max(64),
  /** X25519 public key of the epoch, base64. */
  publicKey: z.string().max(100),
  engines: z.array(engine).min(1),
  models: z.array(z.string().max(120)).max(50),
  slots: z.int().min(1).max(256),
  isolation,
  build: z.string().max(100),
});
export type WorkerAnnouncement = z.infer<typeof workerAnnouncement>;

/**
 * Addresses of the internal listener, for workers. Each call carries `Authorization: Bearer <pool credential>` and sees
 * only edits of that pool: a foreign id is answered 404 as an unknown one is.
 */
export const internalPaths = {
  /** POST WorkerAnnouncement -> 204. */
  workers: '/internal/workers',
  /** GET -> ParcelHeader as one JSON line, then the sealed parts' bytes in order. 404 when the edit is over or not of this pool. */
  parcels: (editId: string) => `/internal/edits/${editId}/parcels`,
  /** GET, held open: ends with 200 and the body `cancelled`, `finished`; a broken connection means the holder is gone. */
  watch: (editId: string) => `/internal/edits/${editId}/watch`,
  /** POST Progress -> 204. */
  progress: (editId: string) => `/internal/edits/${editId}/progress`,
  /** PUT sealed bytes -> 204; 413 above `answerBytesMax`. */
  answer: (editId: string) => `/internal/edits/${editId}/answer`,
  /** POST Report -> 204; a second report of the same edit is 204 too and changes nothing. */
  report: (editId: string) => `/internal/edits/${editId}/report`,
} as const;
