import { outputFormats, type EditOptions, type Engine, type ErrorCode, type OutputFormat, type SourceFormat } from '@flux-context/contracts';
import { outputSize, understand, type Plan } from '@flux-context/instructions';
import type { PoolState } from '../pools/index.js';

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

export interface Routed {
  readonly kind: 'routed';
  readonly engine: Engine;
  readonly pool: PoolState;
  readonly plan: Plan;
  readonly format: OutputFormat;
  /** Pixels of the result; undefined when only the worker can know. */
  readonly pixels: number | undefined;
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly limit?: { readonly name: string; readonly value: number };
  readonly notUnderstood?: readonly { readonly start: number; readonly end: number }[];
  readonly suggestions?: readonly string[];
}

/**
 * Decides, before anything is reserved or queued, which engine and pool take an edit, or why none does. Pure: the same
 * words and pools give the same answer. An exact edit needs complete understanding; half-understood is never executed.
 */
export function route(asked: Asked, pools: readonly PoolState[], limits: { readonly picturePixelsMax: number }): Routed | Refused {
  const planned = planOf(asked);
  if (planned.kind === 'refused') return planned;
  const pixels = pixelsOf(planned.plan, asked.size, limits.picturePixelsMax);
  if (typeof pixels === 'object') return pixels;
  const open = pools.filter((pool) => pool.private === asked.options.private);
  const pool = open.find((candidate) => candidate.engines.has('exact'));
  if (!pool) return { kind: 'refused', code: 'pool.unavailable' };
  return { kind: 'routed', engine: 'exact', pool, plan: planned.plan, format: formatOf(asked), pixels };
}

function planOf(asked: Asked): { kind: 'plan'; plan: Plan } | Refused {
  if (asked.options.model !== undefined) return { kind: 'refused', code: 'model.not_found' };
  if (asked.plan) return asked.options.engine === 'diffusion' ? { kind: 'refused', code: 'model.not_found' } : { kind: 'plan', plan: asked.plan };
  if (asked.instruction === undefined || asked.instruction.trim() === '') return { kind: 'refused', code: 'instruction.empty' };
  if (asked.options.engine === 'diffusion') return { kind: 'refused', code: 'model.not_found' };
  const understood = understand(asked.instruction, { mask: asked.hasMask, references: asked.references });
  switch (understood.kind) {
    case 'plan':
      return understood;
    case 'excluded':
      return { kind: 'refused', code: 'instruction.contradiction', notUnderstood: understood.spans };
    case 'notUnderstood':
      return { kind: 'refused', code: 'instruction.needs_model', notUnderstood: understood.spans, suggestions: understood.suggestions };
  }
}

function pixelsOf(plan: Plan, size: Asked['size'], pixelsMax: number): number | undefined | Refused {
  if (!size) return undefined;
  const tooMany: Refused = { kind: 'refused', code: 'picture.too_many_pixels', limit: { name: 'picturePixelsMax', value: pixelsMax } };
  if (size.width * size.height > pixelsMax) return tooMany;
  const result = outputSize(plan, size);
  if ('code' in result) return { kind: 'refused', code: result.code };
  const pixels = result.width * result.height;
  return pixels > pixelsMax ? tooMany : pixels;
}

function formatOf(asked: Asked): OutputFormat {
  return asked.options.output.format ?? outputFormats.find((format) => format === asked.source) ?? 'jpeg';
}
