import { outputFormats, type AnnouncedModel, type EditOptions, type Engine, type ErrorCode, type OutputFormat, type ProblemFault, type SourceFormat } from '@flux-context/contracts';
import { outputSize, understand, type Plan } from '@flux-context/instructions';
import type { PoolState } from '../pools/index.js';
import { meansWholePicture } from './scope.js';

/** What is asked, as far as routing needs it. Sizes in pixels; undefined when the header does not tell. */
export interface Asked {
  readonly instruction: string | undefined;
  readonly plan: Plan | undefined;
  readonly options: EditOptions;
  readonly source: SourceFormat;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly hasMask: boolean;
  readonly references: number;
}

/** What the appliance can do now. */
export interface Abilities {
  readonly pools: readonly PoolState[];
  /** Ids of loaded models whose licence allows their use. */
  readonly usableModels: ReadonlySet<string>;
  readonly picturePixelsMax: number;
}

/** What an engine is to do. */
export type Work =
  | { readonly engine: 'exact'; readonly plan: Plan }
  | { readonly engine: 'diffusion'; readonly model: AnnouncedModel; readonly instruction: string; readonly regionLock: boolean };

export interface Routed {
  readonly kind: 'routed';
  readonly engine: Engine;
  readonly work: Work;
  readonly pool: PoolState;
  readonly format: OutputFormat;
  /** Pixels of the result; undefined when only the worker can know. */
  readonly pixels: number | undefined;
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly limit?: { readonly name: string; readonly value: number };
  readonly faults?: readonly ProblemFault[];
  readonly notUnderstood?: readonly { readonly start: number; readonly end: number }[];
  readonly suggestions?: readonly string[];
}

const refused = (code: ErrorCode, more: Omit<Refused, 'kind' | 'code'> = {}): Refused => ({ kind: 'refused', code, ...more });

/**
 * Decides, before anything is reserved or queued, which engine and pool take an edit, or why none does. Pure: the same
 * words and pools give the same answer. An exact edit needs complete understanding; what is understood by half, or excepts
 * something, goes to an image model as it was said, or nowhere.
 */
export function route(asked: Asked, abilities: Abilities): Routed | Refused {
  const { engine, model } = asked.options;
  if (asked.plan) {
    if (engine === 'diffusion' || model !== undefined) return refused('request.invalid', { faults: [{ path: 'plan', rule: 'an image model takes an instruction, not a plan' }] });
    return routeToExact(asked, asked.plan, abilities);
  }
  const instruction = asked.instruction?.trim() ?? '';
  if (instruction === '') return refused('instruction.empty');
  if (engine === 'diffusion' || model !== undefined) return routeToModel(asked, instruction, abilities);
  const understood = understand(asked.instruction ?? '', { mask: asked.hasMask, references: asked.references });
  if (understood.kind === 'plan') return routeToExact(asked, understood.plan, abilities);
  if (engine === 'auto' && modelFor(asked, abilities).kind === 'found') return routeToModel(asked, instruction, abilities);
  if (understood.kind === 'excluded') return refused('instruction.contradiction', { notUnderstood: understood.spans });
  return refused(engine === 'exact' ? 'instruction.not_understood' : 'instruction.needs_model', { notUnderstood: understood.spans, suggestions: understood.suggestions });
}

function routeToExact(asked: Asked, plan: Plan, { pools, picturePixelsMax }: Abilities): Routed | Refused {
  const { size } = asked;
  const tooLarge = refuseTooLarge(size, picturePixelsMax);
  if (tooLarge) return tooLarge;
  const result = size && outputSize(plan, size);
  if (result && 'code' in result) return refused(result.code);
  const tooLargeResult = refuseTooLarge(result, picturePixelsMax);
  if (tooLargeResult) return tooLargeResult;
  const pool = openPools(asked, pools).find((candidate) => candidate.engines.has('exact'));
  if (!pool) return refused('pool.unavailable');
  return { kind: 'routed', engine: 'exact', work: { engine: 'exact', plan }, pool, format: formatOf(asked), pixels: pixelsOf(result) };
}

/** The result is as large as the source: what the model made is laid over it. */
function routeToModel(asked: Asked, instruction: string, abilities: Abilities): Routed | Refused {
  const { size, hasMask } = asked;
  const found = modelFor(asked, abilities);
  if (found.kind === 'refused') return found;
  const { model, pool } = found;
  const refusal = refuseTooLarge(size, abilities.picturePixelsMax) ?? refuseByModel(asked, model);
  if (refusal) return refusal;
  const work: Work = { engine: 'diffusion', model, instruction, regionLock: !meansWholePicture(instruction, hasMask) };
  return { kind: 'routed', engine: 'diffusion', work, pool, format: formatOf(asked), pixels: pixelsOf(size) };
}

type ModelFound = { readonly kind: 'found'; readonly model: AnnouncedModel; readonly pool: PoolState };

/** The model that is named, or the first that may be used. */
function modelFor(asked: Asked, { pools, usableModels }: Abilities): ModelFound | Refused {
  const wanted = asked.options.model;
  const loaded = openPools(asked, pools).flatMap((pool) => pool.models.map((model) => ({ kind: 'found' as const, model, pool })));
  const candidates = wanted === undefined ? loaded : loaded.filter(({ model }) => model.id === wanted);
  return candidates.find(({ model }) => usableModels.has(model.id)) ?? refused(candidates.length > 0 ? 'model.licence_required' : 'model.not_found');
}

function refuseByModel({ size, references }: Asked, { limits: { sideMin, aspectMax, referencesMax } }: AnnouncedModel): Refused | undefined {
  if (references > referencesMax) return refused('model.too_many_references', { limit: { name: 'referencesMax', value: referencesMax } });
  if (!size) return undefined;
  const [short, long] = [Math.min(size.width, size.height), Math.max(size.width, size.height)];
  if (short < sideMin) return refused('picture.too_small', { limit: { name: 'sideMin', value: sideMin } });
  return long > short * aspectMax ? refused('picture.too_elongated', { limit: { name: 'aspectMax', value: aspectMax } }) : undefined;
}

const openPools = ({ options }: Asked, pools: readonly PoolState[]): PoolState[] => pools.filter((pool) => pool.private === options.private);

function refuseTooLarge(size: Asked['size'], pixelsMax: number): Refused | undefined {
  return size && size.width * size.height > pixelsMax ? refused('picture.too_many_pixels', { limit: { name: 'picturePixelsMax', value: pixelsMax } }) : undefined;
}

const pixelsOf = (size: Asked['size']): number | undefined => size && size.width * size.height;

function formatOf(asked: Asked): OutputFormat {
  return asked.options.output.format ?? outputFormats.find((format) => format === asked.source) ?? 'jpeg';
}
