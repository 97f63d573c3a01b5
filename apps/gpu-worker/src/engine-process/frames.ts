import { announcedModel, errorCodes, modelId, referencesMax, seedMax } from '@flux-context/contracts';
import { z } from 'zod';

/*
 * What the sandbox, the worker and the engine's process say to each other: a line of JSON, which holds names of closed sets and numbers,
 * and after some lines as many bytes as its numbers say, which hold the words and pixels. So the worker, through which
 * everything passes, can check each line and count the bytes without a look at them, and no frame of one edit can
 * reach into the next.
 */

/** The longest line. The one about loaded models is the longest by far. */
export const lineBytesMax = 262_144;

const sidePixelsMax = 4_096;
const size = z.strictObject({ width: z.int().min(1).max(sidePixelsMax), height: z.int().min(1).max(sidePixelsMax) });
const memoryBytes = z.int().min(0);

/** What a sandbox asks. The bytes that follow: the prompt in UTF-8, each picture in RGB, the mask. */
export const question = z.strictObject({
  model: modelId,
  promptBytes: z.int().min(1).max(16_000),
  /** Prepared pictures; the first is edited. One more than the references, for the second look at a part of a large picture. */
  pictures: z.array(size).min(1).max(referencesMax + 2),
  /** Whether a mask of the first picture's size follows, one byte per pixel. */
  mask: z.boolean(),
  seed: z.int().min(0).max(seedMax),
  /** Whether the answer also holds what the model's own encoder and decoder make of the first picture. */
  roundTrip: z.boolean(),
});
export type Question = z.infer<typeof question>;

/** What the engine answers: a picture in RGB, and the round trip of the same size after it; or a code. */
const answered = z.strictObject({ image: size, roundTrip: z.boolean() });
const failed = z.strictObject({ failed: z.enum(errorCodes) });
export const answer = z.union([answered, failed]);
export type Answer = z.infer<typeof answer>;

/** What the worker says to the engine: a question, or that nobody waits for the answer any more. */
export const order = z.union([z.strictObject({ question }), z.strictObject({ cancel: z.literal(true) })]);

/** How a model wants its pictures; the rules of `fit`, which the worker passes on as they are. */
const fitRules = z.looseObject({ kind: z.enum(['area-cap-centre-crop', 'nearest-of-list']) });

/** A model that is loaded: what is announced of it, and what a sandbox must know to ask it. */
export const loadedModel = announcedModel.extend({ fit: fitRules, inpaints: z.boolean(), /** Of a picture prepared by `fit`. */ pixelsMax: z.int().min(1) });
export type LoadedModel = z.infer<typeof loadedModel>;

export const providers = ['cuda', 'webgpu', 'cpu'] as const;

const loaded = z.strictObject({
  provider: z.enum(providers),
  models: z.array(loadedModel).max(50),
  refused: z.array(z.strictObject({ id: z.string().max(255), code: z.string().max(60) })).max(1_000),
});
export type Loaded = z.infer<typeof loaded>;

/** Everything that the engine says: that it has heard a question before it is sent the bytes, and its answers, which tell what memory it holds. */
export const engineLine = z.union([
  z.strictObject({ loaded, memoryBytes }),
  z.strictObject({ heard: z.literal(true) }),
  z.strictObject({ step: z.int().min(0), steps: z.int().min(1) }),
  answered.extend({ memoryBytes }),
  failed.extend({ memoryBytes }),
]);
export type EngineLine = z.infer<typeof engineLine>;

const area = ({ width, height }: { readonly width: number; readonly height: number }): number => width * height;

export const bytesOfQuestion = ({ promptBytes, pictures, mask }: Question): number =>
  promptBytes + pictures.reduce((sum, picture) => sum + area(picture) * 3, 0) + (mask ? area(pictures[0]!) : 0);

export const bytesOfAnswer = (said: Answer): number => ('image' in said ? area(said.image) * 3 * (said.roundTrip ? 2 : 1) : 0);
