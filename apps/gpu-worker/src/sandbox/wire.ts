import type { Fit } from '@flux-context/picture';
import type { Drift, ErrorCode, ParcelHeader, Stage, Timings } from '@flux-context/contracts';

/** First line on the sandbox's standard input; the sealed parts follow it in order, and nothing after them. */
export interface Order {
  readonly editId: string;
  readonly parts: ParcelHeader['parts'];
  readonly answerBytesMax: number;
  /** The two secrets of this edit, base64. The pool's key never comes here. */
  readonly requestSecret: string;
  readonly answerSecret: string;
  /** How the models that the engine has loaded want to be asked. */
  readonly models: readonly AskableModel[];
}

/** What a sandbox must know of a model to ask it. */
export interface AskableModel {
  readonly id: string;
  /** The identifier of its licence, which the result names. */
  readonly licence: string;
  readonly fit: Fit;
  /** Of a picture prepared by `fit`. */
  readonly pixelsMax: number;
  readonly referencesMax: number;
  /** Whether it can be told by a mask where it may paint. */
  readonly inpaints: boolean;
}

/** How the edit ended inside. A sealed answer has left by standard output before this. */
export type SandboxEnd = { readonly timings: Timings; readonly memoryBytes: number } & (
  | { readonly outcome: 'completed'; readonly drift?: Drift | undefined }
  | { readonly outcome: 'failed'; readonly code: ErrorCode }
);

/** One line on descriptor 3: warmed up, a stage begun, how many sealed bytes follow on standard output, or the end. */
export type SandboxLine =
  | { readonly ready: true }
  | { readonly stage: Stage; readonly step?: number; readonly steps?: number }
  | { readonly answerBytes: number }
  | { readonly end: SandboxEnd };

/** What a probe found out from inside. */
export interface ProbeFindings {
  readonly connected: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Whether a parameter of the host's kernel could be opened for writing. */
  readonly commandsKernel: boolean;
  /** Whether the worker's process could be signalled or looked into. */
  readonly reachesWorker: boolean;
  /** Whether the kernel says that a filter judges this process's calls, and no socket can be made. */
  readonly callsFiltered: boolean;
}

/** Codes that an edit may end with inside; anything else that goes wrong there is `edit.sandbox_failed`. */
export const codesInside: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'picture.type',
  'picture.too_many_pixels',
  'picture.unreadable',
  'picture.unsupported',
  'picture.animated',
  'plan.not_applicable',
  'plan.invalid',
  'mask.mismatch',
  'edit.out_of_memory',
  'picture.too_small',
  'picture.too_elongated',
  'model.failed',
  'model.prompt_too_long',
  'edit.sandbox_failed',
]);

export const linesDescriptor = 3;
