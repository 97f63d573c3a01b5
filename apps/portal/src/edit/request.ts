import { newId } from '@flux-context/contracts';
import { geometryOperations, operationsMax, type Plan, type Understanding } from '@flux-context/instructions';
import type { Picture } from '../canvas/picture.js';
import type { ChosenEngine } from './engine-choice.js';
import { pictureAt, type Timeline } from '../canvas/timeline.js';

/** One edit as it goes to the API. */
export interface EditRequest {
  readonly image: Blob;
  readonly say: { readonly instruction: string } | { readonly plan: Plan };
  readonly mask?: Blob;
  readonly references: readonly Blob[];
  readonly options?: ChosenEngine;
  /** Spends one unit however often the same request is sent. */
  readonly idempotencyKey: string;
}

export interface Wish {
  readonly instruction: string;
  readonly understanding: Understanding | undefined;
  readonly mask?: Blob;
  readonly references: readonly Picture[];
  /** Who is to edit; decided by the words when absent. */
  readonly options?: ChosenEngine;
}

/**
 * What to send for the next turn of a chain. Where every turn so far is a plan, the whole chain is rendered anew from the
 * picture that was opened: nothing is lost from turn to turn, and the upload stays as small as that file. A reference or a
 * model ties a turn to the very picture it was made on, and so does a mask, unless nothing has moved since the picture was
 * opened; then the latest result is edited, which is a lossless PNG.
 */
export function requestFor(timeline: Timeline, wish: Wish): EditRequest {
  const references = usesReference(wish.understanding) ? wish.references.map((reference) => reference.blob) : [];
  const rest = { references, idempotencyKey: newId('request'), ...(wish.mask === undefined ? {} : { mask: wish.mask }) };
  const chain = timeline.at > 0 ? replayOf(timeline, wish) : undefined;
  if (chain !== undefined) return { ...rest, image: timeline.original.blob, say: { plan: chain } };
  const image = pictureAt(timeline, timeline.at).blob;
  // The words alone would not say that they are meant for the painted part; the plan of the chips does.
  if (wish.mask !== undefined && wish.understanding?.kind === 'plan') return { ...rest, image, say: { plan: wish.understanding.plan } };
  return { ...rest, image, say: { instruction: wish.instruction }, ...(wish.options && { options: wish.options }) };
}

/** The wish as a plan that gives the same on any picture; undefined when it depends on more than its words. */
export function replayable({ understanding, mask }: Wish): Plan | undefined {
  return understanding?.kind === 'plan' && mask === undefined && !usesReference(understanding) ? understanding.plan : undefined;
}

const usesReference = (understanding: Understanding | undefined): boolean => understanding?.kind !== 'plan' || understanding.plan.operations.some((operation) => operation.op === 'colourMatch');

const moves: ReadonlySet<string> = new Set(geometryOperations.map((operation) => operation.shape.op.value));

function replayOf(timeline: Timeline, wish: Wish): Plan | undefined {
  const earlier = timeline.turns.slice(0, timeline.at).map((turn) => turn.replay);
  const fits = wish.mask === undefined || !earlier.some((plan) => plan?.operations.some((operation) => moves.has(operation.op)));
  const last = wish.understanding?.kind === 'plan' && fits && !usesReference(wish.understanding) ? wish.understanding.plan : undefined;
  const plans = [...earlier, last];
  if (!plans.every((plan) => plan !== undefined)) return undefined;
  const operations = plans.flatMap((plan) => plan.operations);
  return operations.length <= operationsMax ? { version: 1, operations } : undefined;
}

/** The multipart body. Files carry a neutral name: a file's own name says something about its content. */
export function formOf(request: EditRequest, output: { readonly format: 'png' | 'avif'; readonly quality?: number } = { format: 'png' }): FormData {
  const form = new FormData();
  if ('plan' in request.say) form.append('plan', JSON.stringify(request.say.plan));
  else form.append('instruction', request.say.instruction);
  form.append('options', JSON.stringify({ ...request.options, output }));
  if (request.mask !== undefined) form.append('mask', request.mask, 'mask');
  for (const reference of request.references) form.append('reference', reference, 'reference');
  form.append('image', request.image, 'image');
  return form;
}
